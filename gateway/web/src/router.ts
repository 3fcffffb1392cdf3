import { nextTick } from 'vue';
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router';

import { dismiss } from './composables/useConfirm';
import { ensureStarted, useSession } from './composables/useSession';
import HomePage from './pages/home/HomePage.vue';

declare module 'vue-router' {
  interface RouteMeta {
    title: string;
    /** Whether the page needs a session; without one the login page comes first. */
    session?: boolean;
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', component: HomePage, meta: { title: '首页' } },
  { path: '/collect', component: () => import('./pages/collect/StartPage.vue'), meta: { title: '实名采集' } },
  { path: '/collect/confirm', component: () => import('./pages/collect/ConfirmPage.vue'), meta: { title: '人脸识别信息确认' } },
  { path: '/collect/tips', component: () => import('./pages/collect/TipsPage.vue'), meta: { title: '人脸识别提示' } },
  { path: '/collect/face', component: () => import('./pages/collect/FacePage.vue'), meta: { title: '人脸识别' } },
  { path: '/collect/profile', component: () => import('./pages/collect/ProfilePage.vue'), meta: { title: '实名信息采集' } },
  { path: '/collect/done', component: () => import('./pages/collect/DonePage.vue'), meta: { title: '采集完成' } },
  { path: '/login', component: () => import('./pages/login/LoginPage.vue'), meta: { title: '登录' } },
  { path: '/enterprise', component: () => import('./pages/enterprise/EnterprisePage.vue'), meta: { title: '企业', session: true } },
  { path: '/enterprise/apply', component: () => import('./pages/enterprise/ApplyPage.vue'), meta: { title: '办税身份申请', session: true } },
  { path: '/enterprise/apply/new', component: () => import('./pages/enterprise/ApplyNewPage.vue'), meta: { title: '新增办税身份', session: true } },
  { path: '/enterprise/apply/enterprise', component: () => import('./pages/enterprise/ApplyEnterprisePage.vue'), meta: { title: '确认企业信息', session: true } },
  { path: '/enterprise/apply/confirm', component: () => import('./pages/enterprise/ApplyConfirmPage.vue'), meta: { title: '确认申请信息', session: true } },
  { path: '/enterprise/apply/done', component: () => import('./pages/enterprise/ApplyDonePage.vue'), meta: { title: '申请已提交', session: true } },
  { path: '/enterprise/review', component: () => import('./pages/enterprise/ReviewPage.vue'), meta: { title: '办税身份审批', session: true } },
  { path: '/enterprise/manage', component: () => import('./pages/enterprise/ManagePage.vue'), meta: { title: '办税身份管理', session: true } },
  { path: '/enterprise/switch', component: () => import('./pages/enterprise/SwitchPage.vue'), meta: { title: '切换企业', session: true } },
  { path: '/messages', component: () => import('./pages/messages/MessagesPage.vue'), meta: { title: '消息', session: true } },
  { path: '/messages/:id', component: () => import('./pages/messages/MessagePage.vue'), meta: { title: '消息详情', session: true } },
  { path: '/me', component: () => import('./pages/me/MePage.vue'), meta: { title: '我的', session: true } },
  { path: '/me/face-data', component: () => import('./pages/me/FaceDataPage.vue'), meta: { title: '人脸信息与授权', session: true } },
  { path: '/me/evidence', component: () => import('./pages/me/EvidencePage.vue'), meta: { title: '实名等级', session: true } },
  { path: '/step-up', component: () => import('./pages/step-up/ConfirmPage.vue'), meta: { title: '人脸识别信息确认', session: true } },
  { path: '/step-up/tips', component: () => import('./pages/step-up/TipsPage.vue'), meta: { title: '人脸识别提示', session: true } },
  { path: '/step-up/face', component: () => import('./pages/step-up/FacePage.vue'), meta: { title: '人脸识别', session: true } },
  { path: '/demo', component: () => import('./pages/demo/DemoPage.vue'), meta: { title: '演示权威库' } },
  { path: '/:rest(.*)*', component: () => import('./pages/home/LostPage.vue'), meta: { title: '页面不存在' } },
];

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

router.beforeEach(async (to) => {
  const { state, signedIn } = useSession();
  if (!to.meta.session) return true;
  await ensureStarted();
  // A server that can't be reached is the page's to show.
  if (!state.ready || signedIn.value) return true;
  return { path: '/login', query: { next: to.fullPath }, replace: true };
});

let opened = false;

router.afterEach(async (to, from, failure) => {
  if (failure) return;
  dismiss();
  document.title = to.path === '/' ? '实名办税' : `${to.meta.title} - 实名办税`;
  // The first page keeps the browser's own focus; later ones begin at their name, for those who listen.
  if (opened && to.path !== from.path) {
    await nextTick();
    document.getElementById('page-title')?.focus({ preventScroll: true });
  }
  opened = true;
});

// A page's file may be gone after an upgrade of the server: then the whole is loaded anew, once.
router.onError((error: unknown, to) => {
  const gone = error instanceof TypeError && /import|module|fetch/i.test(error.message);
  if (gone && sessionStorage.getItem('shiming.reloaded') !== to.fullPath) {
    sessionStorage.setItem('shiming.reloaded', to.fullPath);
    window.location.assign(to.fullPath);
  }
});
