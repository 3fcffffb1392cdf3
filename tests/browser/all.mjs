// Every scene of this folder, several at a time: a person before a camera leaves the machine idle most of the time. Each scene has a system,
// ports, data and browsers of its own. A single file can be run by itself: node --test tests/browser/face.test.mjs
import { readdirSync } from 'node:fs';
import { describe } from 'node:test';
import { availableParallelism } from 'node:os';

const AT_ONCE = 2 * availableParallelism();

/** The one with the longest scene begins. */
const FIRST = 'journey.test.mjs';

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.mjs') && name !== FIRST);

describe('the pages in a browser', { concurrency: AT_ONCE }, async () => {
  for (const file of [FIRST, ...files.sort()]) await import(`./${file}`);
});
