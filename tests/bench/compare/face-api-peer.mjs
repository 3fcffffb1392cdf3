// The node package @vladmandic/face-api, in WebAssembly on one thread, as one system of face-compare.mjs.
//
//   face-api-peer.mjs ssd|tiny time                    lines `path TAB path` in, a line of JSON out for each
//   face-api-peer.mjs ssd|tiny scores DIRECTORY OUT    every two pictures of DIRECTORY/images.csv, as `a,b,same,score`
//
// ssd and tiny are its detectors (ssd is its default, tiny its fastest). The score is the negative distance of the two
// descriptors, so that higher means more alike.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const from = createRequire(resolve(here, '../../../.setup/bench-node/package.json'));
const [detector, command, directory, out] = process.argv.slice(2);

const sharp = from('sharp');
const tf = from('@tensorflow/tfjs');
const wasm = from('@tensorflow/tfjs-backend-wasm');
const faceapi = from('@vladmandic/face-api/dist/face-api.node-wasm.js');

sharp.concurrency(1);
wasm.setWasmPaths(join(dirname(from.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
wasm.setThreadsCount(1);
await tf.setBackend('wasm');
await tf.ready();

const nets = join(dirname(from.resolve('@vladmandic/face-api/package.json')), 'model');
const [net, options] = detector === 'ssd'
  ? [faceapi.nets.ssdMobilenetv1, new faceapi.SsdMobilenetv1Options()]
  : [faceapi.nets.tinyFaceDetector, new faceapi.TinyFaceDetectorOptions()];
for (const one of [net, faceapi.nets.faceLandmark68Net, faceapi.nets.faceRecognitionNet]) await one.loadFromDisk(nets);

/** The descriptor of the face it is surest of, or undefined. */
async function descriptor(path) {
  const { data, info } = await sharp(readFileSync(path)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const image = tf.tensor3d(data, [info.height, info.width, info.channels], 'int32');
  const found = await faceapi.detectSingleFace(image, options).withFaceLandmarks().withFaceDescriptor();
  image.dispose();
  return found?.descriptor;
}

const score = (a, b) => -Math.hypot(...a.map((value, at) => value - b[at]));

if (command === 'time') {
  for await (const line of createInterface({ input: process.stdin })) {
    const began = performance.now();
    const found = [];
    for (const path of line.split('\t')) found.push(await descriptor(path));
    const value = found.every(Boolean) ? score(...found) : null;
    process.stdout.write(`${JSON.stringify({ milliseconds: performance.now() - began, score: value })}\n`);
  }
} else {
  const rows = readFileSync(join(directory, 'images.csv'), 'utf8').trim().split(/\r?\n/).slice(1).map((line) => line.split(','));
  const found = new Map();
  for (const [name] of rows) found.set(name, await descriptor(join(directory, name)));
  const lines = rows.flatMap(([a, person], at) => rows.slice(at + 1)
    .filter(([b]) => found.get(a) && found.get(b))
    .map(([b, other]) => `${a},${b},${Number(person === other)},${score(found.get(a), found.get(b))}`));
  writeFileSync(out, `a,b,same,score\n${lines.join('\n')}\n`);
}
