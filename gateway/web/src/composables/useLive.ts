import { reactive, readonly, watch } from 'vue';

import { getCounts, watchCounts, type Counts } from '@/api/contract';

import { refreshSession, useSession } from './useSession';

const POLL_PAUSE = 30_000;
const LONGEST_PAUSE = 60_000;

const counts = reactive<Counts>({ unreadMessages: 0, openTodos: 0 });

let source: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
let wanted = false;
let whenOver: () => void = () => undefined;

function take(next: Counts) {
  counts.unreadMessages = Math.max(0, next.unreadMessages);
  counts.openTodos = Math.max(0, next.openTodos);
}

function close() {
  source?.close();
  source = undefined;
  clearTimeout(timer);
  timer = undefined;
}

function open() {
  close();
  if (!wanted || document.hidden) return;
  if (typeof EventSource === 'undefined') {
    void poll();
    return;
  }
  source = watchCounts({
    hear: (answer) => {
      failures = 0;
      take(answer.counts);
    },
    signedOut: () => void checkSession(),
    lost,
  });
}

/** The stream is opened again after a pause that grows; in between the counts are asked for. */
function lost() {
  close();
  failures += 1;
  const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** Math.min(failures, 6));
  timer = setTimeout(open, pause);
  if (failures > 1) void poll();
}

async function poll() {
  try {
    take((await getCounts({ quiet: true, retries: 0 })).counts);
  } catch {
    // The badge keeps its last number; the next round asks again.
  }
  if (typeof EventSource === 'undefined' && wanted) timer = setTimeout(() => void poll(), POLL_PAUSE);
}

/** A stream also ends when the session got a new token (switch, step-up): only the server's word ends the session here. */
async function checkSession() {
  close();
  try {
    if (await refreshSession()) timer = setTimeout(open, 500);
    else whenOver();
  } catch {
    timer = setTimeout(open, 5000);
  }
}

/** Follows the counts while somebody is signed in and the page is seen. Call once. */
export function startLive(onOver: () => void) {
  whenOver = onOver;
  const { signedIn } = useSession();
  watch(
    signedIn,
    (now) => {
      wanted = now;
      failures = 0;
      if (now) open();
      else {
        close();
        take({ unreadMessages: 0, openTodos: 0 });
      }
    },
    { immediate: true },
  );
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
}

/** Opens the stream anew, after the session's token changed. */
export function restartLive() {
  if (wanted) open();
}

/** Asks for the counts now, after this page changed them. */
export function refreshCounts() {
  if (wanted) void poll();
}

export function useCounts() {
  return readonly(counts);
}
