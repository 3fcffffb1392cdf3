import './styles/index.css';

import { createApp } from 'vue';

import { onSignedOut } from './api/client';
import App from './App.vue';
import { startCare } from './composables/useCare';
import { startLive } from './composables/useLive';
import { notify } from './composables/useNotice';
import { ensureStarted, setSession } from './composables/useSession';
import { router } from './router';

function toLogin(words: string) {
  setSession(undefined);
  const here = router.currentRoute.value;
  if (!here.meta.session) return;
  notify(words);
  void router.replace({ path: '/login', query: { next: here.fullPath } });
}

startCare();
onSignedOut((error) => toLogin(error.message));
startLive(() => toLogin('登录已失效，请重新登录。'));
void ensureStarted();
createApp(App).use(router).mount('#app');
