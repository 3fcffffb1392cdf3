/** A camera that shows nothing new any more. */
export class StalledError extends Error {}

/** Milliseconds after which a picture that stands still is a fault. */
const STALLED = 3000;
const LOOK_AGAIN = 15;

/**
 * Waits for pictures that a video has not shown before: two frames of one capture are never the same picture. Where the browser tells of
 * each picture it presents, by that; else the video's own time must have gone on.
 */
export function freshFrames(video: HTMLVideoElement): (signal: AbortSignal) => Promise<void> {
  let last = -1;
  const isFresh = (time: number) => {
    if (time === last) return false;
    last = time;
    return true;
  };
  return (signal) =>
    new Promise((resolve, reject) => {
      let ended = false;
      let again: ReturnType<typeof setTimeout> | undefined;
      let presented: number | undefined;
      const end = (settle: () => void) => {
        if (ended) return;
        ended = true;
        clearTimeout(limit);
        clearTimeout(again);
        if (presented !== undefined) video.cancelVideoFrameCallback(presented);
        signal.removeEventListener('abort', stop);
        settle();
      };
      const stop = () => end(() => reject(new DOMException('', 'AbortError')));
      const limit = setTimeout(() => end(() => reject(new StalledError())), STALLED);
      const look = () => {
        if (isFresh(video.currentTime)) end(resolve);
        else again = setTimeout(look, LOOK_AGAIN);
      };
      const wait = () => {
        presented = video.requestVideoFrameCallback((_, { mediaTime }) => (isFresh(mediaTime) ? end(resolve) : wait()));
      };
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      else if ('requestVideoFrameCallback' in video) wait();
      else look();
    });
}
