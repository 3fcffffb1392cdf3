// A person's phone: Chromium with a screen of 390×844, whose camera sees a person, and which notes everything that should not happen.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { giveCamera } from './camera.mjs';

const PROGRAMS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PATIENCE = 60_000;
/** Where pictures of the pages go, when somebody wants to look at them. */
const PICTURES = process.env.SHIMING_PICTURES;

const SWITCHES = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream',
];

/** Letters may stand in codes, in addresses of mailboxes, and nowhere else on a page in Chinese. */
const CODES = /[\w.*+-]+@[\w.*-]+|[0-9A-Z*]*[0-9*][0-9A-Z*]*/g;

/** Runs in the page: a browser that speaks Chinese. What it said is kept in `window.spoken`. */
function speakChinese() {
  window.spoken = [];
  window.SpeechSynthesisUtterance = class {
    constructor(text) {
      this.text = text;
    }
  };
  const getVoices = () => [{ lang: 'zh-CN', localService: true }];
  const speak = ({ text }) => window.spoken.push(text);
  Object.defineProperty(window, 'speechSynthesis', { value: { getVoices, speak, cancel() {}, addEventListener() {} } });
}

/**
 * Opens a phone whose camera sees `camera`: a person of .setup/people by name, or what `giveCamera` takes; none: a phone that may not use
 * its camera. `text`: letters so many times as large as usual. `voice`: the browser can speak. `name` is what pictures of it begin with.
 */
export async function openPhone({ origin }, { name: owner, camera, text = 1, voice = false }) {
  const letters = text === 1 ? [] : [`--blink-settings=defaultFontSize=${16 * text}`];
  const browser = await chromium.launch({
    executablePath: PROGRAMS.find((path) => path && existsSync(path)),
    args: [...SWITCHES, ...letters],
  });
  const context = await browser.newContext({
    baseURL: origin, viewport: { width: 390, height: 844 }, locale: 'zh-CN', hasTouch: true, isMobile: true, deviceScaleFactor: 2,
    permissions: camera ? ['camera'] : [],
  });
  context.setDefaultTimeout(PATIENCE);
  const before = camera && (await giveCamera(context, typeof camera === 'string' ? { person: camera } : camera));
  if (voice) await context.addInitScript(speakChinese);
  const faults = [];
  context.on('console', (message) => {
    // A refusal that a page shows in words is also a red line in the console; which status it may have, the test says.
    const refused = /status of (\d+)/.exec(message.text())?.[1];
    if (message.type() === 'error') faults.push({ refused, what: `console: ${message.text()} ${message.location().url}` });
    if (message.type() === 'warning') faults.push({ what: `console: ${message.text()}` });
  });
  context.on('weberror', (error) => faults.push({ what: `page: ${error.error().stack}` }));
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== origin) faults.push({ what: `a request left: ${url}` });
  });
  const page = await context.newPage();

  return {
    page,
    context,
    /** From the next opening of the camera on it sees something else. */
    show: (seen) => before.show(seen),
    async open(path) {
      await page.goto(path);
    },
    heading: (title) => page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor(),
    /** Looks at the page as it stands: nothing sticks out at the side, no foreign word; keeps a picture if wanted. */
    async look(name) {
      await page.evaluate(() => document.fonts.ready);
      if (PICTURES) {
        mkdirSync(PICTURES, { recursive: true });
        await page.screenshot({ path: join(PICTURES, `${owner}-${name}.png`), animations: 'disabled' });
      }
      const { outside, shown } = await page.evaluate(() => {
        const width = document.documentElement.clientWidth;
        // What may be pushed aside by hand, a row of phones, may be wider than the screen.
        const pushable = (one) => {
          if (!one) return false;
          return (getComputedStyle(one).overflowX === 'auto' && one.scrollWidth > one.clientWidth) || pushable(one.parentElement);
        };
        const out = [...document.body.querySelectorAll('button, a, input, textarea, img, p, b, h1, h2, h3, label, span')]
          .filter((one) => one.getBoundingClientRect().right > width + 0.5 && !pushable(one.parentElement));
        const wide = document.documentElement.scrollWidth > width;
        return { outside: [...(wide ? ['the page'] : []), ...out.map((one) => one.outerHTML.slice(0, 120))], shown: document.body.innerText };
      });
      assert.deepEqual(outside, [], `${owner} ${name}: sticks out at the side`);
      const words = shown.replace(CODES, '').match(/[A-Za-z]+/g);
      assert.equal(words, null, `${owner} ${name}: a word that is not Chinese`);
    },
    /** Closes it; nothing may have gone wrong but refusals with one of these statuses. */
    async close({ refusals = [] } = {}) {
      await browser.close();
      const serious = faults.filter(({ refused }) => !refusals.includes(Number(refused)));
      assert.deepEqual(serious.map(({ what }) => what), []);
    },
    /** Closes it without a judgement, when the test has failed already. */
    drop: () => browser.close(),
  };
}
