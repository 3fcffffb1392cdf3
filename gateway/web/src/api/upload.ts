/** Sends a form and tells how much of it has left this device (0 to 1); `fetch` can't. Fails as `fetch` does. */
export function sendForm(path: string, request: RequestInit, onSent: (part: number) => void): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sender = new XMLHttpRequest();
    const abort = () => sender.abort();
    const end = (settle: () => void) => {
      request.signal?.removeEventListener('abort', abort);
      settle();
    };
    sender.open(request.method ?? 'POST', path);
    new Headers(request.headers).forEach((value, name) => sender.setRequestHeader(name, value));
    sender.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0);
    sender.upload.onload = () => onSent(1);
    sender.onload = () => end(() => resolve(answerOf(sender)));
    sender.onerror = () => end(() => reject(new TypeError('network')));
    sender.onabort = () => end(() => reject(new DOMException('', 'AbortError')));
    request.signal?.addEventListener('abort', abort);
    if (request.signal?.aborted) abort();
    else sender.send(request.body as FormData);
  });
}

function answerOf(sender: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const name of ['content-type', 'retry-after']) {
    const value = sender.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(sender.status === 204 ? null : sender.responseText, { status: sender.status, headers });
}
