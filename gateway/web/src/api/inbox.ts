import { get, post } from './client';
import type { Counts, Message, Page, Todo } from './types';

const query = (pageToken: string) => (pageToken ? `?pageToken=${encodeURIComponent(pageToken)}` : '');

export async function listMessages(pageToken: string): Promise<Page<Message>> {
  const page = await get<{ messages: Message[]; nextPageToken?: string }>(`/api/messages${query(pageToken)}`);
  return { items: page.messages, nextPageToken: page.nextPageToken ?? '' };
}

export const readMessage = (messageId: string) =>
  post<{ message: Message }>(`/api/messages/${encodeURIComponent(messageId)}/read`, {});

export async function listTodos(pageToken: string): Promise<Page<Todo>> {
  const page = await get<{ todos: Todo[]; nextPageToken?: string }>(`/api/todos${query(pageToken)}`);
  return { items: page.todos, nextPageToken: page.nextPageToken ?? '' };
}

export const getCounts = () => get<Counts>('/api/counts', { quiet: true, retries: 0 });
