// A test with a system of its own and as many phones as it takes; all ended with it, however it ends.
import { test } from 'node:test';

import { openPhone } from './phone.mjs';
import { startSystem } from './system.mjs';

const LAST_LINES = 40;

/** `play` gets the system, `phone` to open phones, and `say` to tell a measured number. The system is told more by `settings`. */
export function scene(title, play, settings) {
  test(title, async (t) => {
    const system = await startSystem(settings);
    const phones = [];
    const phone = async (settings) => {
      const opened = await openPhone(system, settings);
      phones.push(opened);
      return opened;
    };
    try {
      await play({ system, phone, say: (words) => t.diagnostic(words) });
    } catch (error) {
      for (const { page } of phones) t.diagnostic(`a phone was at ${page.url()}`);
      t.diagnostic(`the system's last lines:\n${system.output().split('\n').slice(-LAST_LINES).join('\n')}`);
      throw error;
    } finally {
      await Promise.all(phones.map((opened) => opened.drop()));
      await system.stop();
    }
  });
}
