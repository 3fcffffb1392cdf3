// The published contract is proto/baseline.binpb: what callers already rely on.
//
//   node tests/setup/contract.mjs            record the protos as published; refuses a change that breaks callers
//   node tests/setup/contract.mjs --check    nothing breaks callers, and everything new is recorded
//
// A checked-in image works in any clone, however shallow, and nobody can break a caller by committing twice.
// A break that is meant (nobody calls it yet) is recorded by removing the file first: the review sees it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const published = join(root, 'proto/baseline.binpb');
const folder = mkdtempSync(join(tmpdir(), 'shiming-contract-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function buf(...words) {
  const { status, error } = spawnSync(join(root, 'tests/node_modules/.bin/buf'), words, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const check = process.argv.includes('--check');
if (existsSync(published)) buf('breaking', '--against', published);
else if (check) {
  console.error('proto/baseline.binpb is missing: make contract-publish');
  process.exit(1);
}

const current = join(folder, 'current.binpb');
buf('build', '--exclude-source-info', '-o', current);
const recorded = existsSync(published) && readFileSync(published).equals(readFileSync(current));
if (check && !recorded) {
  console.error('The protos have grown beyond proto/baseline.binpb: make contract-publish, and commit it with the protos.');
  process.exit(1);
}
if (!check && !recorded) {
  spawnSync('cp', [current, `${published}.new`]);
  renameSync(`${published}.new`, published);
  console.log('proto/baseline.binpb records the protos as they are.');
}
