// Every check of `make test`, in order; one that fails does not hide the next. Ends with "N passed, N failed".
//
//   node tests/checks.mjs [name...]       all of them, or only those named; `--list` names them
//
// A check without a reader of its output counts as one; a test run counts each of its tests. What needs no Rust runs beside what does, and
// shows its output when it has ended.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tally } from './setup/tally.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const buf = join(root, 'tests/node_modules/.bin/buf');
const python = join(root, '.setup/venv/bin/python');
const has = (...command) => spawnSync(command[0], command.slice(1), { stdio: 'ignore' }).status === 0;

/** The pages' own checks, by the scripts their package.json has; `check` (the types) must be among them. */
function pageSteps() {
  const cwd = join(root, 'gateway/web');
  const manifest = join(cwd, 'package.json');
  const scripts = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).scripts ?? {} : {};
  const steps = ['lint', 'check'].filter((name) => name === 'check' || name in scripts);
  return [
    ...steps.map((name) => ({ run: ['npm', 'run', '--silent', name], cwd })),
    ...('test' in scripts ? [{ run: ['npm', 'run', '--silent', 'test'], cwd, reads: 'vitest' }] : []),
  ];
}

/**
 * Unit, store, rpc, e2e and chaos tests. The binaries the e2e tests start are built first, with the tests' own features. Many tests wait for
 * a server, a clock or a camera most of their time: twice as many as cores run at once.
 */
function rustSteps() {
  const nextest = has('cargo', 'nextest', '--version');
  const run = nextest
    ? { run: ['cargo', 'nextest', 'run', '--locked', '--workspace', '--no-fail-fast', '--test-threads', `${2 * availableParallelism()}`], reads: 'nextest' }
    : { run: ['cargo', 'test', '--locked', '--workspace', '--no-fail-fast', '--lib', '--bins', '--tests'], reads: 'cargo' };
  return [
    { run: ['cargo', 'build', '--locked', '--workspace', '--bins', '--tests'] },
    run,
    // Only the kernel's docs hold an example that runs; for all crates this would build everything again with other features.
    { run: ['cargo', 'test', '--locked', '--package', 'shiming-kernel', '--doc'], reads: 'cargo' },
  ];
}

const checks = [
  // The reader of the runners' output comes first: without it no number below means anything.
  { name: 'tally', beside: true, steps: () => [{ run: ['node', '--test', '--test-reporter=spec', 'tests/setup/tally.test.mjs'], reads: 'node' }] },
  { name: 'format', steps: () => [{ run: ['cargo', 'fmt', '--all', '--check'] }] },
  // Selected through the workspace, so that its dependencies are built with the features every later step uses.
  {
    name: 'architecture',
    steps: () => [{ run: ['cargo', 'test', '--locked', '--workspace', '--test', 'architecture'], reads: 'cargo' }],
  },
  {
    name: 'lints',
    steps: () => [{ run: ['cargo', 'clippy', '--locked', '--workspace', '--all-targets', '--', '-D', 'warnings'] }],
  },
  {
    name: 'contract',
    beside: true,
    steps: () => [
      { run: [buf, 'lint'] },
      { run: [buf, 'format', '--diff', '--exit-code'] },
      { run: ['node', 'tests/setup/contract.mjs', '--check'] },
      { run: [join(root, '.setup/venv/bin/openapi-spec-validator'), 'gateway/openapi.json'] },
    ],
  },
  { name: 'pages', beside: true, steps: pageSteps },
  { name: 'rust', steps: rustSteps },
  { name: 'k8s', steps: () => [{ run: [python, '-m', 'unittest', 'discover', '-s', 'tests/k8s'], reads: 'unittest' }] },
  { name: 'browser', steps: () => [{ run: ['node', '--test', '--test-reporter=spec', 'tests/browser/all.mjs'], reads: 'node' }] },
];

/** Runs one step, showing its output as it comes, or at its end when others show theirs meanwhile. */
function perform({ run: [command, ...words], cwd = root }, atOnce) {
  return new Promise((done) => {
    const path = [join(root, '.setup/bin'), join(root, 'tests/node_modules/.bin'), process.env.PATH].join(delimiter);
    const child = spawn(command, words, { cwd, env: { ...process.env, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] });
    const title = `\n── ${[command, ...words].map((word) => word.replace(`${root}/`, '')).join(' ')}`;
    if (atOnce) console.log(title);
    let output = '';
    for (const [from, to] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
      from.setEncoding('utf8').on('data', (text) => { output += text; if (atOnce) to.write(text); });
    }
    let ended = false;
    const end = (status) => {
      if (!atOnce && !ended) console.log(`${title}\n${output}`);
      ended = true;
      done({ status, output });
    };
    child.on('error', (error) => { output += error.message; end(127); });
    child.on('close', (status) => end(status ?? 1));
    // A server that a test left behind may hold the pipes open for ever.
    child.on('exit', (status) => setTimeout(() => end(status ?? 1), 5000).unref());
  });
}

const asked = process.argv.slice(2);
if (asked.includes('--list')) {
  console.log(checks.map(({ name }) => name).join('\n'));
  process.exit(0);
}
const unknown = asked.find((name) => !checks.some((check) => check.name === name));
if (unknown) {
  console.error(`no check is called ${unknown}; there are: ${checks.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

/** Runs checks one after the other; each gets its numbers. */
async function performInTurn(some, atOnce) {
  for (const check of some) {
    const started = Date.now();
    Object.assign(check, { passed: 0, failed: 0 });
    for (const step of check.steps()) {
      const { passed, failed } = tally(await perform(step, atOnce), step);
      check.passed += passed;
      check.failed += failed;
    }
    check.seconds = Math.round((Date.now() - started) / 1000);
  }
}

const started = Date.now();
const chosen = checks.filter((check) => !asked.length || asked.includes(check.name));
const beside = chosen.filter((check) => check.beside);
const others = chosen.filter((check) => !check.beside);
await Promise.all([performInTurn(others, true), performInTurn(beside, others.length === 0)]);

const rows = chosen.map(({ name, passed, failed, seconds }) => (
  `${failed ? 'FAILED' : 'ok    '}  ${name.padEnd(14)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed ${String(seconds).padStart(5)} s`
));
const sum = (of) => chosen.reduce((all, check) => all + check[of], 0);
console.log(`\n${rows.join('\n')}\n\n${Math.round((Date.now() - started) / 1000)} s in all`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exit(sum('failed') ? 1 : 0);
