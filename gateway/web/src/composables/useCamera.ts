import { nextTick, onBeforeUnmount, onMounted, ref, type Ref } from 'vue';

import { cameraFault, watcher, type CameraFault } from '@/capture/camera';
import { hintFor } from '@/capture/measure';
import { faceFinder } from '@/capture/place';
import { clipSource, type Clips } from '@/capture/clips';
import { cameraSource, type CaptureSource } from '@/capture/source';
import type { Hint } from '@/words/capture';

const GLANCE_PAUSE = 350;

/**
 * The camera of a page: opens it with the page, looks from time to time for hints while nothing is being taken, opens it again when the
 * page comes back from the background, and lets go of it when the page is left.
 */
export function useCamera(video: Ref<HTMLVideoElement | undefined>, taking: Ref<boolean>) {
  const fault = ref<CameraFault>();
  const live = ref(false);
  const hint = ref<Hint>('STARTING');
  const leaving = new AbortController();
  let source: CaptureSource | undefined;
  let glance: ReturnType<typeof setInterval> | undefined;

  async function open(make: (element: HTMLVideoElement) => Promise<CaptureSource>) {
    source?.close();
    source = undefined;
    fault.value = undefined;
    live.value = false;
    hint.value = 'STARTING';
    await nextTick();
    const element = video.value;
    if (!element) return;
    try {
      source = await make(element);
      watch(element);
      live.value = true;
      hint.value = 'READY';
    } catch (error) {
      fail(error);
    }
  }

  const start = () => open((element) => cameraSource(element, leaving.signal, () => fail(new DOMException('', 'NotReadableError'))));
  /** A sample person instead of the camera. */
  const startClips = (clips: Clips) => open((element) => clipSource(element, clips, leaving.signal));

  function fail(error: unknown) {
    if (leaving.signal.aborted) return;
    live.value = false;
    fault.value = cameraFault(error);
  }

  function watch(element: HTMLVideoElement) {
    const look = watcher(element);
    const find = faceFinder(element);
    let finding = false;
    clearInterval(glance);
    glance = setInterval(async () => {
      if (!live.value || taking.value || finding) return;
      finding = true;
      const found = look();
      const place = await find();
      finding = false;
      if (!found) return;
      const seen = hintFor(found);
      hint.value = seen === 'READY' ? (place ?? seen) : seen;
    }, GLANCE_PAUSE);
  }

  /** A phone takes the camera away while the page is in the background. */
  function onVisibility() {
    if (!document.hidden && live.value && !source?.alive()) void start();
  }

  onMounted(() => {
    void start();
    document.addEventListener('visibilitychange', onVisibility);
  });
  onBeforeUnmount(() => {
    leaving.abort();
    clearInterval(glance);
    source?.close();
    document.removeEventListener('visibilitychange', onVisibility);
  });

  return { fault, live, hint, start, startClips, fail, source: () => source, leaving: leaving.signal };
}
