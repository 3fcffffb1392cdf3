import assert from 'node:assert/strict';
import test from 'node:test';
import { tally } from './tally.mjs';

const counted = (reads, output, status = 0, more = {}) => Object.values(tally({ status, output }, { reads, ...more }));

test('a step without a reader is one check', () => {
  assert.deepEqual(counted(undefined, 'anything'), [1, 0]);
  assert.deepEqual(counted(undefined, 'anything', 3), [0, 1]);
});

test('cargo test prints a line for each binary', () => {
  const output = [
    'test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.77s',
    'test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s',
  ].join('\n');
  assert.deepEqual(counted('cargo', output, 101), [7, 3]);
});

test('nextest says how each test ended, in colour or not', () => {
  const summary = '\u001b[32;1m     Summary\u001b[0m [   1.234s] \u001b[1m9\u001b[0m tests run: \u001b[1m6\u001b[0m passed (1 slow), 1 failed, 1 timed out, 1 exec failed, 2 skipped';
  assert.deepEqual(counted('nextest', summary, 100), [6, 3]);
  assert.deepEqual(counted('nextest', '     Summary [   0.5s] 4 tests run: 4 passed, 0 skipped'), [4, 0]);
});

test('node, vitest and unittest', () => {
  assert.deepEqual(counted('node', 'ℹ tests 4\nℹ pass 2\nℹ fail 1\nℹ cancelled 1\n', 1), [2, 2]);
  assert.deepEqual(counted('vitest', ' Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 20 passed (21)\n', 1), [20, 1]);
  assert.deepEqual(counted('unittest', 'Ran 7 tests in 0.1s\n\nFAILED (failures=1, errors=2)\n', 1), [4, 3]);
  assert.deepEqual(counted('unittest', 'Ran 7 tests in 0.1s\n\nOK\n'), [7, 0]);
});

test('a run that did not compile failed, and a run without tests checked nothing', () => {
  assert.deepEqual(counted('cargo', 'error: could not compile', 101), [0, 1]);
  assert.deepEqual(counted('nextest', '', 0), [0, 1]);
  assert.deepEqual(counted('cargo', 'test result: ok. 0 passed; 0 failed;', 0, { mayBeEmpty: true }), [0, 0]);
});
