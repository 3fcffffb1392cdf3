// A Python wheel as an archive: brought by pip where there is one, by HTTPS otherwise, so that nobody needs Python for it; read member
// by member.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const ENTRY = 0x02014b50;
const DEFLATED = 8;

/** Fetches the file `wheel` of `name` `version` into `directory` without installing anything; returns its path. */
export async function fetchWheel({ pypi, version, wheel }, directory) {
  const path = join(directory, basename(wheel));
  const pip = ['-m', 'pip'];
  if (spawnSync('python3', [...pip, '--version']).status === 0) {
    const words = ['download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--dest', directory];
    execFileSync('python3', [...pip, ...words, `${pypi}==${version}`], { stdio: ['ignore', 'ignore', 'inherit'] });
    return path;
  }
  const index = (process.env.PIP_INDEX_URL ?? 'https://pypi.org/simple').replace(/\/$/, '');
  const listing = await get(`${index}/${pypi}/`, { accept: 'application/vnd.pypi.simple.v1+json' });
  const file = (await listing.json()).files.find((entry) => entry.filename === wheel);
  if (!file) throw new Error(`${index} has no ${wheel}`);
  await writeFile(path, Buffer.from(await (await get(new URL(file.url, listing.url))).arrayBuffer()));
  return path;
}

async function get(url, headers = {}) {
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

/** The named members of a wheel as Map(name → Buffer). */
export async function membersOfWheel(archive, names) {
  const bytes = await readFile(archive);
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || bytes.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error(`${archive} is no wheel`);
  const found = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0 && bytes.readUInt32LE(at) === ENTRY; left -= 1) {
    const [method, size] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    if (names.includes(name)) {
      const local = bytes.readUInt32LE(at + 42);
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const packed = bytes.subarray(start, start + size);
      found.set(name, method === DEFLATED ? inflateRawSync(packed) : packed);
    }
    at += 46 + nameLength + extra + comment;
  }
  return found;
}
