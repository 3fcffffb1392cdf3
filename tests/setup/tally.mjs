// How many tests a runner says passed and failed, read from what it printed.

const number = (text) => Number(text ?? 0);
const sum = (texts) => texts.map(number).reduce((a, b) => a + b, 0);
const all = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

/** What each runner prints at the end, once per test binary for cargo, once in all for the others. */
const readers = {
  cargo: (text) => ({
    passed: sum(all(text, /^test result: \w+\. (\d+) passed/gm)),
    failed: sum(all(text, /^test result: .*; (\d+) failed/gm)),
  }),
  // "Summary [ 1.2s] 9 tests run: 6 passed (1 slow), 1 failed, 1 timed out, 1 exec failed, 2 skipped"
  nextest(text) {
    const summary = all(text, /^ *Summary \[[^\]]*\] (.*)$/gm).join('\n');
    return { passed: sum(all(summary, /(\d+) passed/g)), failed: sum(all(summary, /(\d+) (?:failed|timed out|exec failed)/g)) };
  },
  node: (text) => ({ passed: sum(all(text, /^ℹ pass (\d+)/gm)), failed: sum(all(text, /^ℹ (?:fail|cancelled) (\d+)/gm)) }),
  vitest(text) {
    const summary = all(text, /^ *Tests +(.*)$/gm).join('\n');
    return { passed: sum(all(summary, /(\d+) passed/g)), failed: sum(all(summary, /(\d+) failed/g)) };
  },
  unittest(text) {
    const failed = sum(all(text, /(?:failures|errors)=(\d+)/g));
    return { passed: Math.max(0, sum(all(text, /^Ran (\d+) tests? in/gm)) - failed), failed };
  },
};

/**
 * A step without a reader passes as one check or fails as one. A run that ends badly has at least one failure; a run
 * that ends well without a single test is a failure too, for it checked nothing, unless it may be empty.
 */
export function tally({ status, output }, { reads, mayBeEmpty = false }) {
  if (!reads) return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  // eslint-disable-next-line no-control-regex
  const { passed, failed } = readers[reads](output.replace(/\u001b\[[0-9;]*m/g, ''));
  const empty = status === 0 && passed === 0 && !mayBeEmpty;
  return { passed, failed: status !== 0 || empty ? Math.max(failed, 1) : failed };
}
