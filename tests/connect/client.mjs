// A generated Connect client against a running gateway: what any stranger to our pages gets from `buf generate` and two packages.
//
//   node tests/connect/client.mjs ORIGIN GENERATED     where the gateway is, and the folder that protoc-gen-es wrote to
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';

const [origin, generated] = process.argv.slice(2);
const area = (path) => import(pathToFileURL(join(resolve(generated), 'shiming', path)).href);
const { CollectionService, CollectionStep } = await area('identity/v1/collection_service_pb.js');
const { ConsentPurpose } = await area('identity/v1/consent_pb.js');
const { ConsentService } = await area('identity/v1/consent_service_pb.js');
const { SessionService } = await area('identity/v1/session_service_pb.js');
const { DocumentType } = await area('types/v1/document_pb.js');

/** A client keeps cookies like a browser, and repeats one of them in a header. */
const cookies = new Map();
const keep = (headers) => {
  for (const line of headers.getSetCookie()) {
    const [name, value] = line.split(';')[0].split('=');
    if (line.includes('Max-Age=0')) cookies.delete(name);
    else cookies.set(name, value);
  }
};
const likeABrowser = (next) => async (request) => {
  request.header.set('Cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
  request.header.set('X-CSRF-Token', cookies.get('shiming_csrf') ?? '');
  const response = await next(request);
  keep(response.header);
  return response;
};

const refused = async (call) => {
  const error = await call.then(() => assert.fail('was not refused'), (error) => error);
  assert.ok(error instanceof ConnectError, String(error));
  return error;
};

for (const useBinaryFormat of [false, true]) {
  cookies.clear();
  const transport = createConnectTransport({
    baseUrl: `${origin}/api`,
    httpVersion: '1.1',
    useBinaryFormat,
    useHttpGet: true,
    interceptors: [likeABrowser],
  });
  const [collections, consents, sessions] = [CollectionService, ConsentService, SessionService].map((service) =>
    createClient(service, transport),
  );

  // A read needs nothing at all, because it goes by GET: as a POST it would be refused like the change below.
  const { text } = await consents.getConsentText({ purpose: ConsentPurpose.FACE_VERIFICATION });
  assert.match(text.textSha256, /^[0-9a-f]{64}$/);

  // A change without the cookie and its repetition is refused.
  const document = { type: DocumentType.RESIDENT_ID, number: '640101199003070015', name: '张三' };
  const start = (more) => collections.startCollection({ document: { ...document, ...more }, requestId: randomUUID() });
  assert.equal((await refused(start())).code, Code.PermissionDenied);
  keep((await fetch(`${origin}/api/bootstrap`)).headers);
  const begun = await start();
  assert.equal(begun.nextStep, CollectionStep.FACE);
  assert.equal(begun.collectionToken, '', 'the token is in a cookie alone');
  assert.ok(cookies.get('shiming_collection'));
  assert.equal((await collections.getCollection({})).nameMasked, begun.nameMasked);

  // What is refused says why, for programs too.
  const wrong = await refused(start({ number: '640101199003070016' }));
  assert.equal(wrong.code, Code.InvalidArgument);
  const detail = (name) => wrong.details.find((one) => one.type === `google.rpc.${name}`);
  assert.equal(detail('ErrorInfo').debug.reason, 'INVALID_FIELD');
  assert.equal(detail('BadRequest').debug.fieldViolations[0].field, 'document.number');
  assert.ok(detail('LocalizedMessage').value.length > 0);
  assert.equal((await refused(sessions.getSession({}))).code, Code.Unauthenticated);

  // Who can't wait says so.
  const hasty = await refused(sessions.getSession({}, { timeoutMs: 1, headers: { Cookie: 'shiming_session=x' } }));
  assert.ok([Code.DeadlineExceeded, Code.Unauthenticated].includes(hasty.code));
}
console.log('a generated client calls the gateway');
