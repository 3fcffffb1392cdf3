// Start-up and idle memory of the all-in-one, and what the first screen transfers; beside the limits they are held to.
//
//   cargo build --release -p shiming-all-in-one && node tests/bench/startup.mjs [runs]
//
// The limits: from exec to the first answer under 1 s (release, warm disk), idle resident memory under 200 MiB, first screen under 250 KB.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const binary = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'release/shiming');
const runs = Number(process.argv[2] ?? 7);
const data = mkdtempSync(join(tmpdir(), 'shiming-bench-'));

const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

const get = (port, path, headers = {}) => new Promise((done, fail) => {
  const request = http.get({ host: '127.0.0.1', port, path, headers }, (response) => {
    const chunks = [];
    response.on('data', (chunk) => chunks.push(chunk)).on('end', () => done({ status: response.statusCode, body: Buffer.concat(chunks) }));
  });
  request.on('error', fail);
});

async function start() {
  const [page, grpc, admin] = [await freePort(), await freePort(), await freePort()];
  const environment = {
    ...process.env,
    SHIMING_ALL_IN_ONE__DATA: data,
    SHIMING_ALL_IN_ONE__LISTEN__HTTP: `127.0.0.1:${page}`,
    SHIMING_ALL_IN_ONE__LISTEN__GRPC: `127.0.0.1:${grpc}`,
    SHIMING_ALL_IN_ONE__LISTEN__ADMIN: `127.0.0.1:${admin}`,
  };
  const began = performance.now();
  const child = spawn(binary, { cwd: root, env: environment, stdio: 'ignore' });
  for (;;) {
    const answer = await get(page, '/api/shiming.identity.v1.ConsentService/GetConsentText?purpose=CONSENT_PURPOSE_FACE_VERIFICATION').catch(() => undefined);
    if (answer?.status === 200) return { child, page, milliseconds: performance.now() - began };
    if (performance.now() - began > 30_000) throw new Error('not up in 30 s');
    await wait(2);
  }
}

const resident = (child) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024;
const ended = (child) => new Promise((done) => { child.once('exit', done); child.kill('SIGTERM'); });
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function firstScreen(page) {
  const encoded = { 'accept-encoding': 'br' };
  const index = await get(page, '/', encoded);
  const plain = await get(page, '/');
  const assets = [...plain.body.toString().matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  let bytes = index.body.length;
  for (const path of assets) bytes += (await get(page, path, encoded)).body.length;
  return { bytes, assets: assets.length };
}

try {
  const first = await start();
  await ended(first.child);
  const [starts, idle] = [[], []];
  let screen;
  for (let run = 0; run < runs; run += 1) {
    const system = await start();
    starts.push(system.milliseconds);
    await wait(2000);
    idle.push(resident(system.child));
    screen ??= await firstScreen(system.page);
    await ended(system.child);
  }
  const ratio = (value, limit) => `${(value / limit).toFixed(2)} of the limit`;
  console.log(`first start, empty data folder   ${first.milliseconds.toFixed(0)} ms`);
  console.log(`start, median of ${runs}               ${median(starts).toFixed(0)} ms        ${ratio(median(starts), 1000)} (1000 ms)`);
  console.log(`idle memory, median of ${runs}         ${median(idle).toFixed(0)} MiB      ${ratio(median(idle), 200)} (200 MiB)`);
  console.log(`entry page and its ${screen.assets} assets, br    ${(screen.bytes / 1000).toFixed(1)} KB     ${ratio(screen.bytes, 250_000)} (250 KB)`);
} finally {
  rmSync(data, { recursive: true, force: true });
}
