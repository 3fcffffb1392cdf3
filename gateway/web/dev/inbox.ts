import { Refusal, type Call } from './plugin.ts';
import { personOf, type Route } from './routes.ts';
import { changed, memory } from './state.ts';

const openFirst = (a: { done: boolean }, b: { done: boolean }) => Number(a.done) - Number(b.done);
const messageBody = (one: (typeof memory.messages)[number]) => ({ messageId: one.id, title: one.title, body: one.text, read: one.done, createTime: one.createTime, link: one.link });
const todoBody = (one: (typeof memory.todos)[number]) => ({ todoId: one.id, title: one.title, detail: one.text, done: one.done, createTime: one.createTime, doneTime: one.doneTime, link: one.link });

function counts(personId: string) {
  const open = (list: typeof memory.todos) => list.filter((one) => one.personId === personId && !one.done).length;
  return { unreadMessages: open(memory.messages), openTodos: open(memory.todos) };
}

function live(call: Call) {
  const person = personOf(call);
  const { response } = call;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const tell = () => response.write(`event: counts\ndata: ${JSON.stringify(counts(person.personId))}\n\n`);
  memory.listeners.add(tell);
  response.on('close', () => memory.listeners.delete(tell));
  tell();
}

export function inboxRoutes(): Route[] {
  return [
    { method: 'GET', path: /^\/api\/messages$/, handle: (call) => ({ messages: memory.messages.filter((one) => one.personId === personOf(call).personId).sort(openFirst).map(messageBody), nextPageToken: '' }) },
    {
      method: 'POST',
      path: /^\/api\/messages\/([^/]+)\/read$/,
      handle: (call, id) => {
        const message = memory.messages.find((one) => one.id === id && one.personId === personOf(call).personId);
        if (!message) throw new Refusal(404, 'MESSAGE_NOT_FOUND', '未找到该消息。');
        message.done = true;
        changed();
        return { message: messageBody(message) };
      },
    },
    { method: 'GET', path: /^\/api\/todos$/, handle: (call) => ({ todos: memory.todos.filter((one) => one.personId === personOf(call).personId).sort(openFirst).map(todoBody), nextPageToken: '' }) },
    { method: 'GET', path: /^\/api\/counts$/, handle: (call) => counts(personOf(call).personId) },
    { method: 'GET', path: /^\/api\/live$/, handle: (call) => (live(call), undefined) },
  ];
}
