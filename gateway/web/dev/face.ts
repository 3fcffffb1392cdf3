import { randomInt, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

import { Refusal } from './plugin.ts';
import { route, type Route } from './routes.ts';
import { later, memory } from './state.ts';

const ACTIONS = ['BLINK', 'OPEN_MOUTH', 'TURN_LEFT', 'TURN_RIGHT', 'NOD'];
/** Seconds a challenge holds. */
const LIFETIME = 60;

/** A folder with clips of a sample person, as `make people` brings them (`neutral/000.jpg` …); without it there is no such person. */
const CLIPS = process.env['SHIMING_MOCK_CLIPS'];
const FOLDERS = { LOOK: 'neutral', BLINK: 'blink', OPEN_MOUTH: 'open-mouth', TURN_LEFT: 'turn-left', TURN_RIGHT: 'turn-right', NOD: 'nod' };
const BOUNDARY = 'shiming-frame';

export const ticket = () => ({ faceSessionId: randomUUID(), captureToken: randomUUID(), expireTime: later(5), ...(memory.hosted && { hosted: memory.hosted }) });

export function clipUrls(): Record<string, string> | undefined {
  if (!CLIPS) return undefined;
  const there = Object.entries(FOLDERS).filter(([, folder]) => existsSync(`${CLIPS}/${folder}/000.jpg`));
  return Object.fromEntries(there.map(([name, folder]) => [name, `/api/demo/clips/${folder}`]));
}

function clipBody(folder: string): Buffer {
  const frames = readdirSync(folder).sort().map((name) => readFileSync(`${folder}/${name}`));
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="frame"; filename="frame.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`;
  return Buffer.concat([...frames.flatMap((frame) => [Buffer.from(head), frame, Buffer.from('\r\n')]), Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** Three different actions in a random order; the environment may fix them. */
function actions(): string[] {
  const fixed = process.env['SHIMING_MOCK_ACTIONS'];
  if (fixed) return fixed.split(',');
  const rest = [...ACTIONS];
  return Array.from({ length: 3 }, () => rest.splice(randomInt(rest.length), 1)[0]!);
}

function judge(body: Record<string, unknown>) {
  const numbers = (name: string) => JSON.parse(String(body[name])) as number[];
  const [offsets, steps, count] = [numbers('offsetsMs'), numbers('steps'), memory.nonces.get(String(body['nonce']))];
  memory.nonces.delete(String(body['nonce']));
  if (count === undefined) throw new Refusal(422, 'FACE_CHALLENGE_EXPIRED', '用时有些长，请重新开始。');
  const rising = offsets.every((offset, index) => index === 0 || offset > offsets[index - 1]!);
  const ordered = steps.every((step, index) => index === 0 || (step >= steps[index - 1]! && step <= count));
  const enough = Array.from({ length: count + 1 }, (_, step) => steps.filter((one) => one === step).length >= 4).every(Boolean);
  if (!rising || !ordered || !enough || offsets.length !== steps.length) throw new Refusal(400, 'INVALID_FIELD', '提交的内容有误。');
}

/** The face check: any face passes that answers its challenge in form. */
export function faceRoutes(): Route[] {
  return [
    route('POST', /^\/api\/face\/([^/]+)\/challenge$/, () => {
      const [nonce, asked] = [randomUUID(), actions()];
      memory.nonces.set(nonce, asked.length);
      return { nonce, actions: asked, expireTime: later(LIFETIME / 60), framesPerStep: 8, stepMs: 2000 };
    }),
    route('POST', /^\/api\/face\/([^/]+)\/capture$/, (call) => {
      judge(call.body);
      return { resultExpireTime: later(5) };
    }),
    route('POST', /^\/api\/face\/([^/]+)\/hosted$/, () => ({ resultExpireTime: later(5) })),
    route('GET', /^\/api\/demo\/clips\/([a-z-]+)$/, (call, name) => {
      if (!CLIPS || !Object.values(FOLDERS).includes(name)) throw new Refusal(404, 'NOT_FOUND', '没有这个地址。');
      call.response.writeHead(200, { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` });
      call.response.end(clipBody(`${CLIPS}/${name}`));
      return undefined;
    }),
    // Not of the contract: the next face sessions are a provider's, or our own again.
    route('POST', /^\/api\/mock\/hosted$/, (call) => {
      memory.hosted = call.body['provider'] ? (call.body as typeof memory.hosted) : undefined;
      return {};
    }),
  ];
}
