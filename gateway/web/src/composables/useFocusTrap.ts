import { nextTick, onScopeDispose, watch, type Ref } from 'vue';

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select:not([disabled]), [tabindex]:not([tabindex="-1"])';

/** Keeps the focus inside a dialog while it is open, and gives it back when it closes. Escape closes. */
export function useFocusTrap(box: Ref<HTMLElement | undefined>, open: () => boolean, close: () => void) {
  let before: HTMLElement | null = null;

  function onKeydown(event: KeyboardEvent) {
    if (event.key === 'Escape') {
      event.preventDefault();
      close();
      return;
    }
    if (event.key !== 'Tab' || !box.value) return;
    const inside = Array.from(box.value.querySelectorAll<HTMLElement>(FOCUSABLE)).filter(
      (element) => element.offsetParent !== null,
    );
    const first = inside[0];
    const last = inside[inside.length - 1];
    if (!first || !last) return;
    const at = document.activeElement;
    const outside = !box.value.contains(at);
    if (event.shiftKey ? at === first || outside : at === last || outside) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  }

  function release() {
    document.removeEventListener('keydown', onKeydown, true);
    before?.focus({ preventScroll: true });
    before = null;
  }

  watch(open, async (now) => {
    if (!now) return release();
    before = document.activeElement as HTMLElement | null;
    document.addEventListener('keydown', onKeydown, true);
    await nextTick();
    const wanted = box.value?.querySelector<HTMLElement>('[data-autofocus]') ?? box.value;
    wanted?.focus({ preventScroll: true });
  }, { immediate: true });
  onScopeDispose(() => document.removeEventListener('keydown', onKeydown, true));
}
