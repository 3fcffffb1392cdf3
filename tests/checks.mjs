// Every check of `make test`, in order; one that fails does not hide the next. Ends with "N passed, N failed".
//
//   node tests/checks.mjs [name...]       all of them, or only those named; `--list` names them
//
// A check without a reader of its output counts as one; a test run counts each of its tests.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

/** Unit, store, rpc, e2e and chaos tests. The binaries the e2e tests start are built first, with the tests' own features. */
function rustSteps() {
  const nextest = has('cargo', 'nextest', '--version');
  const run = nextest
    ? { run: ['cargo', 'nextest', 'run', '--locked', '--workspace', '--no-fail-fast'], reads: 'nextest' }
    : { run: ['cargo', 'test', '--locked', '--workspace', '--no-fail-fast', '--lib', '--bins', '--tests'], reads: 'cargo' };
  return [
    { run: ['cargo', 'build', '--locked', '--workspace', '--bins', '--tests'] },
    run,
    // Only the kernel's docs hold an example that runs; for all crates this would build everything again with other features.
    { run: ['cargo', 'test', '--locked', '--package', 'shiming-kernel', '--doc'], reads: 'cargo' },
  ];
}

function browserSteps() {
  const folder = join(root, 'tests/browser');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.test.mjs')) : [];
  const run = ['node', '--test', '--test-concurrency=1', '--test-reporter=spec', ...files.map((name) => join(folder, name))];
  return files.length ? [{ run, reads: 'node' }] : [{ run: ['ls', join(folder, 'journey.test.mjs')] }];
}

const checks = [
  // The reader of the runners' output comes first: without it no number below means anything.
  { name: 'tally', steps: () => [{ run: ['node', '--test', '--test-reporter=spec', 'tests/setup/tally.test.mjs'], reads: 'node' }] },
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
    steps: () => [
      { run: [buf, 'lint'] },
      { run: [buf, 'format', '--diff', '--exit-code'] },
      { run: ['node', 'tests/setup/contract.mjs', '--check'] },
      { run: [join(root, '.setup/venv/bin/openapi-spec-validator'), 'gateway/openapi.json'] },
    ],
  },
  { name: 'pages', steps: pageSteps },
  { name: 'rust', steps: rustSteps },
  { name: 'k8s', steps: () => [{ run: [python, '-m', 'unittest', 'discover', '-s', 'tests/k8s'], reads: 'unittest' }] },
  { name: 'browser', steps: browserSteps },
];

/** Runs one step, showing its output as it comes. */
function perform({ run: [command, ...words], cwd = root }) {
  return new Promise((done) => {
    const path = [join(root, '.setup/bin'), join(root, 'tests/node_modules/.bin'), process.env.PATH].join(delimiter);
    const child = spawn(command, words, { cwd, env: { ...process.env, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const [from, to] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
      from.setEncoding('utf8').on('data', (text) => { output += text; to.write(text); });
    }
    child.on('error', (error) => done({ status: 127, output: error.message }));
    child.on('close', (status) => done({ status: status ?? 1, output }));
    // A server that a test left behind may hold the pipes open for ever.
    child.on('exit', (status) => setTimeout(() => done({ status: status ?? 1, output }), 5000).unref());
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

const total = { passed: 0, failed: 0 };
const rows = [];
for (const { name, steps } of checks.filter((check) => !asked.length || asked.includes(check.name))) {
  const started = Date.now();
  const sum = { passed: 0, failed: 0 };
  for (const step of steps()) {
    console.log(`\n── ${name}: ${step.run.map((word) => word.replace(`${root}/`, '')).join(' ')}`);
    const { passed, failed } = tally(await perform(step), step);
    sum.passed += passed;
    sum.failed += failed;
  }
  total.passed += sum.passed;
  total.failed += sum.failed;
  const seconds = Math.round((Date.now() - started) / 1000);
  rows.push(`${sum.failed ? 'FAILED' : 'ok    '}  ${name.padEnd(14)} ${String(sum.passed).padStart(5)} passed ${String(sum.failed).padStart(4)} failed ${String(seconds).padStart(5)} s`);
}
console.log(`\n${rows.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed ? 1 : 0);
