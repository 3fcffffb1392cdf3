import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Connect, Plugin } from 'vite';

import { routes } from './routes.ts';
import { memory } from './state.ts';

/** A call as the routes of the stand-in see it. */
export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  cookies: Record<string, string>;
  body: Record<string, unknown>;
  setCookie: (name: string, value: string, readable?: boolean) => void;
  response: ServerResponse;
}

/** An answer that is an error. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    readonly detail: string,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(reason);
  }
}

const PAUSE = Number(process.env['SHIMING_MOCK_PAUSE'] ?? 250);

/** A development stand-in for the gateway: the HTTP contract answered from memory. It proves nothing and checks little. */
export function mockGateway(): Plugin {
  const stand = (server: { middlewares: { use: (handler: Connect.NextHandleFunction) => unknown } }) => {
    server.middlewares.use((request, response, next) => {
      if (!request.url?.startsWith('/api/')) return next();
      void answer(request, response);
    });
  };
  return { name: 'shiming-mock-gateway', configureServer: stand, configurePreviewServer: stand };
}

async function answer(request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const method = request.method ?? 'GET';
  const cookies = Object.fromEntries((request.headers.cookie ?? '').split(/;\s*/).map((pair) => pair.split('=') as [string, string]));
  const set: string[] = [];
  const call: Call = {
    method,
    path: url.pathname,
    query: url.searchParams,
    cookies,
    body: await readBody(request),
    setCookie: (name, value, readable) => {
      set.push(`${name}=${value}; Path=/; SameSite=Lax${readable ? '' : '; HttpOnly'}${value ? '' : '; Max-Age=0'}`);
    },
    response,
  };
  const send = (status: number, body: unknown, type = 'application/json') => {
    response.writeHead(status, { 'content-type': type, 'set-cookie': set });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  try {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const planned = memory.nextFailures.findIndex((one) => url.pathname.includes(one.path));
    if (planned >= 0) {
      const [failure] = memory.nextFailures.splice(planned, 1);
      return send(failure!.status, failure!.body, 'application/problem+json');
    }
    if (method === 'POST' && !url.pathname.startsWith('/api/mock')) checkHeaders(request, cookies);
    const route = routes.find((one) => one.method === method && one.path.test(url.pathname));
    if (!route) throw new Refusal(404, 'NOT_FOUND', '没有这个地址。');
    const result = route.handle(call, route.path.exec(url.pathname)?.[1] ?? '');
    if (result !== undefined) send(200, result, typeof result === 'string' ? 'image/svg+xml' : undefined);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, reason, detail, extra } = error;
    send(status, { type: `urn:shiming:error:${reason}`, title: reason, status, detail, reason, requestId: randomUUID(), violations: [], metadata: {}, ...extra }, 'application/problem+json');
  }
}

function checkHeaders(request: IncomingMessage, cookies: Record<string, string>) {
  const token = request.headers['x-csrf-token'];
  if (!token || token !== cookies['shiming_csrf']) throw new Refusal(403, 'CSRF_REFUSED', '页面已过期，请刷新后重试。');
  if (!/^[0-9a-f-]{36}$/.test(String(request.headers['idempotency-key']))) throw new Refusal(400, 'INVALID_FIELD', '缺少请求编号。');
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks).toString('latin1');
  if (!request.headers['content-type']?.includes('json')) {
    // Multipart: only the text parts matter here.
    const parts = raw.matchAll(/name="(\w+)"\r\n\r\n([\s\S]*?)\r\n--/g);
    return Object.fromEntries([...parts].map(([, name, value]) => [name, Buffer.from(value ?? '', 'latin1').toString('utf8')]));
  }
  return JSON.parse(Buffer.from(raw, 'latin1').toString('utf8')) as Record<string, unknown>;
}
