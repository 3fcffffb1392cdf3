// The face engine beside what people use today, on the same pictures, one thread each, in one run (`make bench-faces IMAGES=DIR`).
//
//   node tests/bench/face-compare.mjs DIRECTORY [pairs] [rounds]
//
// DIRECTORY holds pictures and their images.csv (file,person). Two tables: time of one verification (two JPEGs of 640 × 480, from
// their bytes to a similarity), and error rates on every two pictures that all systems could read. The systems take turns at each
// pair, so that a slow minute of the machine meets all of them. The limits: 5 times faster, equal error rate no worse.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const ours = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'release/face-eval');
const python = join(root, '.setup/bench-venv/bin/python');
const directory = resolve(process.argv[2] ?? '.');
const [wantedPairs, rounds] = [Number(process.argv[3] ?? 12), Number(process.argv[4] ?? 5)];
const temporary = mkdtempSync(join(tmpdir(), 'shiming-faces-'));
const oneThread = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1', UV_THREADPOOL_SIZE: '1' };

const dlib = (points) => (...words) => [python, '-W', 'ignore', join(here, 'compare/dlib_peer.py'), points, ...words];
const faceApi = (detector) => (...words) => [process.execPath, join(here, 'compare/face-api-peer.mjs'), detector, ...words];
const engine = (command, folder, out) => (command === 'time'
  ? [ours, 'time', '--models', join(root, '.setup/models')]
  : [ours, 'pairs', '--models', join(root, '.setup/models'), '--images', folder, '--scores', out]);
const systems = [
  { name: 'shiming', command: engine },
  { name: 'face_recognition, 5 points (default)', command: dlib('small') },
  { name: 'face_recognition, 68 points', command: dlib('large') },
  { name: 'face-api wasm, ssd (default)', command: faceApi('ssd') },
  { name: 'face-api wasm, tiny', command: faceApi('tiny') },
];

const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.floor(sorted.length / 2)]) / 2;
};

function start({ name, command }) {
  const [program, ...words] = command('time');
  const child = spawn(program, words, { env: oneThread, stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const verify = async (pair) => {
    child.stdin.write(`${pair.join('\t')}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended`);
    return JSON.parse(value);
  };
  return { name, verify, stop: () => child.stdin.end(), times: [] };
}

/** The picture as a phone's camera would send it. */
async function asCapture(name) {
  const path = join(temporary, `${basename(name)}.jpg`);
  if (existsSync(path)) return path;
  const { width, height } = await sharp(join(directory, name)).metadata();
  const [wide, high] = width >= height ? [640, 480] : [480, 640];
  await sharp(join(directory, name)).rotate().resize(wide, high, { fit: 'contain' }).jpeg({ quality: 90 }).toFile(path);
  return path;
}

async function measureTime(pairs) {
  const running = systems.map(start);
  const chosen = [];
  // Each system's first look at a pair warms it up and isn't counted.
  for (const [a, b] of pairs) {
    if (chosen.length === wantedPairs) break;
    const pair = [await asCapture(a), await asCapture(b)];
    const answers = [];
    for (const system of running) answers.push(await system.verify(pair));
    if (answers.every(({ score }) => typeof score === 'number')) chosen.push(pair);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const pair of chosen) {
      for (const system of running) system.times.push((await system.verify(pair)).milliseconds);
    }
  }
  running.forEach(({ stop }) => stop());
  const [us] = running.map(({ times }) => median(times));
  console.log(`one verification, medians of ${rounds} rounds over ${chosen.length} pairs, one thread each\n`);
  for (const { name, times } of running) {
    // Turn by turn: both sides of a ratio met the machine in the same moment.
    const ratio = median(times.map((time, at) => time / running[0].times[at]));
    console.log(`${name.padEnd(40)}${median(times).toFixed(1).padStart(8)} ms   ${ratio.toFixed(1).padStart(5)} x`);
  }
  const worst = Math.min(...running.slice(1).map(({ times }) => median(times) / us));
  console.log(`\nfaster than the fastest of them by ${worst.toFixed(1)} (limit 5)\n`);
}

function measureErrors() {
  const scored = systems.map(({ command }, at) => {
    const out = join(temporary, `scores-${at}.csv`);
    const [program, ...words] = command('scores', directory, out);
    execFileSync(program, words, { env: oneThread, stdio: ['ignore', 'ignore', 'inherit'] });
    const lines = readFileSync(out, 'utf8').trim().split('\n').slice(1);
    return new Map(lines.map((line) => [line.split(',').slice(0, 3).join(','), line]));
  });
  const shared = [...scored[0].keys()].filter((pair) => scored.every((scores) => scores.has(pair)));
  console.log(`error rates on the ${shared.length} pairs that every system could score\n`);
  console.log(`${''.padEnd(40)}   EER %   TAR at FAR 1e-2 %   pairs without a score`);
  const rates = systems.map(({ name }, at) => {
    const file = join(temporary, `shared-${at}.csv`);
    writeFileSync(file, `a,b,same,score\n${shared.map((pair) => scored[at].get(pair)).join('\n')}\n`);
    const report = JSON.parse(execFileSync(ours, ['scores', file, '--json'], { encoding: 'utf8' }));
    const accepted = 100 * report.at_false_accept_rate[0].true_accepts.rate;
    const eer = 100 * report.equal_error.rate;
    console.log(`${name.padEnd(40)}${eer.toFixed(2).padStart(8)}${accepted.toFixed(2).padStart(20)}${String(total - scored[at].size).padStart(24)}`);
    return eer;
  });
  console.log(`\nEER ${rates[0].toFixed(2)} % beside the best of them, ${Math.min(...rates.slice(1)).toFixed(2)} % (limit: no worse)`);
}

const rows = readFileSync(join(directory, 'images.csv'), 'utf8').trim().split(/\r?\n/).slice(1).map((line) => line.split(','));
const every = rows.flatMap(([a, person], at) => rows.slice(at + 1).map(([b, other]) => [a, b, person === other]));
const total = every.length;
const kind = (same) => every.filter((pair) => pair[2] === same);
/** Pairs of both kinds in turn, spread over the whole list. */
const spread = (pairs) => pairs.map((_, at) => pairs[(at * 7919) % pairs.length]);
const [same, different] = [spread(kind(true)), spread(kind(false))];
try {
  await measureTime(same.flatMap((pair, at) => (different[at] ? [pair, different[at]] : [pair])));
  measureErrors();
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
