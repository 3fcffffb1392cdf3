import { computed, reactive, readonly } from 'vue';

import { getSession, type Bootstrap, type GetCollectionResponse, type Session, type StartCollectionResponse } from '@/api/contract';
import { asApiError, type ApiError } from '@/api/problem';
import { bootstrap } from '@/api/start';

/** What is known of a collection: its document's type and the date of birth only after it was read. */
export type Collection = StartCollectionResponse & Partial<GetCollectionResponse>;

interface State extends Pick<Bootstrap, 'demo' | 'demoCitizens' | 'demoClips'> {
  ready: boolean;
  failure: ApiError | undefined;
  session: Session | undefined;
  collection: Collection | undefined;
}

const state = reactive<State>({
  ready: false,
  failure: undefined,
  demo: false,
  demoCitizens: [],
  demoClips: {},
  session: undefined,
  collection: undefined,
});

let starting: Promise<void> | undefined;

async function start() {
  try {
    const { signedIn, collection, ...demo } = await bootstrap();
    const session = signedIn ? await sessionOrNone() : undefined;
    Object.assign(state, { ...demo, collection, session, failure: undefined, ready: true });
  } catch (error) {
    state.failure = asApiError(error);
    starting = undefined;
  }
}

async function sessionOrNone(): Promise<Session | undefined> {
  try {
    return (await getSession({ quiet: true })).session;
  } catch (error) {
    if (asApiError(error).status === 401) return undefined;
    throw error;
  }
}

/** Asks the server who we are, once; after a failure the next call asks again. */
export function ensureStarted(): Promise<void> {
  starting ??= start();
  return starting;
}

export function setSession(session: Session | undefined) {
  state.session = session;
}

export function setCollection(collection: Collection | undefined) {
  state.collection = collection;
}

/** Reads the session anew, after something on the server may have changed it; false if it is over. */
export async function refreshSession(): Promise<boolean> {
  state.session = await sessionOrNone();
  return state.session !== undefined;
}

/** Who sits in front of this page, as far as the server has said. `sample`: the demo has a sample person. */
export function useSession() {
  const sample = computed(() => Object.keys(state.demoClips).length > 0);
  return { state: readonly(state), signedIn: computed(() => state.session !== undefined), sample };
}
