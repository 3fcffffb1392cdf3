// The all-in-one as a person would start it, with an empty data folder, for the length of one test.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const START_LIMIT = 60_000;
const STOP_LIMIT = 10_000;

/** The letters of every picture code while a test runs. */
export const CAPTCHA = 'TEXT';

const binary = () => join(resolve(root, process.env.CARGO_TARGET_DIR ?? 'target'), 'debug/shiming');

/** What `make people` and `make photos` brought; a clear word when they were not run. */
export function material(path) {
  const file = join(root, '.setup', path);
  if (!existsSync(file)) throw new Error(`${file} is missing; make brings it: make ${path.split('/')[0]}`);
  return file;
}

/** Of those that the system gives to no outgoing connection, and that the other tests leave. */
const PORTS = { from: 22_000, count: 3_000 };
let next = PORTS.from + Math.floor(Math.random() * PORTS.count);

/** A free port; each once. */
function freePort() {
  const port = next;
  next = PORTS.from + ((next + 1 - PORTS.from) % PORTS.count);
  return new Promise((done) => {
    const server = createServer();
    server.on('error', () => done(freePort()));
    server.listen(port, '127.0.0.1', () => server.close(() => done(port)));
  });
}

async function answers(origin) {
  try {
    return (await fetch(`${origin}/api/bootstrap`)).ok;
  } catch {
    return false;
  }
}

/** Starts it, told more by `settings` (environment), and waits until it answers. `output` is what it printed so far; `stop` ends it and removes its data. */
export async function startSystem(settings = {}) {
  if (!existsSync(binary())) throw new Error(`${binary()} is missing; build it: cargo build -p shiming-all-in-one`);
  const data = mkdtempSync(join(tmpdir(), 'shiming-browser-'));
  const [http, grpc, admin] = await Promise.all([freePort(), freePort(), freePort()]);
  const child = spawn(binary(), {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      SHIMING_ALL_IN_ONE__DATA: data,
      SHIMING_ALL_IN_ONE__LISTEN__HTTP: `127.0.0.1:${http}`,
      SHIMING_ALL_IN_ONE__LISTEN__GRPC: `127.0.0.1:${grpc}`,
      SHIMING_ALL_IN_ONE__LISTEN__ADMIN: `127.0.0.1:${admin}`,
      SHIMING_GATEWAY__CAPTCHA__KNOWN_ANSWER: CAPTCHA,
      SHIMING_IDENTITY__RULES__CODE_PAUSE: '1s',
      ...settings,
    },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (printed += text));
  const ended = new Promise((done) => {
    child.on('error', (error) => done(error.message));
    child.on('exit', (code, signal) => done(code ?? signal));
  });

  const system = {
    origin: `http://localhost:${http}`,
    output: () => printed,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
      const how = await ended;
      clearTimeout(late);
      rmSync(data, { recursive: true, force: true });
      return how;
    },
  };
  const limit = Date.now() + START_LIMIT;
  while (!(await answers(system.origin))) {
    const over = await Promise.race([ended, new Promise((done) => setTimeout(done, 50))]);
    if (over === undefined && Date.now() < limit) continue;
    await system.stop();
    throw new Error(`the system did not start (${over ?? 'too slow'}):\n${printed}`);
  }
  return system;
}
