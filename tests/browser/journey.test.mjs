// The journey in a real browser, with a living person before its camera.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { scene } from './scene.mjs';
import {
  ENTERPRISE, LI, WANG, apply, beginCollection, collect, fillLogin, fillProfile, goToFace, logIn, refreshFromRegistry, setReference,
} from './walk.mjs';

const NOT_COLLECTED = '登录信息有误或尚未做实名采集，如果您是首次使用，请先通过“实名采集”模块进行实名信息采集。';
const TWELVE = [
  '姓名', '证件类型', '证件号码', '手机号码', '电子邮箱', '国籍', '民族', '出生日期', '证件有效期起', '证件有效期止', '证件签发机关', '住址',
];

/** The number on the foot's 消息, with its unit for those who can't see it. */
async function badge({ page }) {
  const text = await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: /消息/ }).innerText();
  return Number(/\d+/.exec(text)?.[0] ?? 0);
}

scene('a newcomer is collected and bound, a clerk applies, is approved and told so at once', async ({ system, phone }) => {
  const wang = await phone({ name: 'wang', camera: 'audun' });
  await setReference(wang, WANG);
  await collect(wang, WANG);
  await wang.page.getByRole('button', { name: '去登录' }).click();
  await logIn(wang, WANG);
  await refreshFromRegistry(wang);
  await wang.page.getByText('法定代表人', { exact: true }).waitFor();
  await wang.page.getByText('来自登记信息').first().waitFor();
  await wang.look('manage');
  await wang.open('/messages');
  await wang.heading('消息');
  await wang.page.getByRole('link', { name: /已取得企业办税身份/ }).waitFor();
  await wang.look('messages');
  const before = await badge(wang);

  const li = await phone({ name: 'li', camera: 'franck' });
  await setReference(li, LI, 'people/franck/neutral/012.jpg');
  await collect(li, LI);
  await logIn(li, LI);
  await apply(li, ENTERPRISE);
  await li.page.getByRole('button', { name: '查看申请' }).click();
  await li.page.getByText('待审批').waitFor();
  await li.look('apply-pending');
  await li.open('/messages');
  await li.page.getByRole('link', { name: /实名采集已完成/ }).waitFor();

  // Nobody touched this page since: the badges came by themselves.
  await wang.page.getByRole('tab', { name: /我的待办\s*1\s*项未处理/ }).click();
  assert.ok((await badge(wang)) > before);
  await wang.page.getByText('未处理', { exact: true }).waitFor();
  await wang.look('todos');
  await wang.page.getByRole('button', { name: /未处理/ }).click();
  await wang.heading('办税身份审批');
  await wang.page.getByText(LI.name).waitFor();
  await wang.look('review');
  await wang.page.getByRole('button', { name: '同意', exact: true }).click();
  const question = wang.page.getByRole('alertdialog');
  await question.waitFor();
  await wang.look('review-question');
  await question.getByRole('button', { name: '确定' }).click();
  await wang.page.getByRole('article').getByText('已同意', { exact: true }).waitFor();
  await wang.look('review-decided');

  const message = li.page.getByRole('link', { name: /办税身份申请已同意/ });
  await message.waitFor();
  await li.look('messages');
  await message.click();
  await li.heading('消息详情');
  await li.page.getByRole('heading', { name: '办税身份申请已同意' }).waitFor();
  await li.look('message');
  await li.open('/enterprise');
  await li.page.getByRole('link', { name: '切换' }).click();
  await li.heading('切换企业');
  await li.page.getByRole('button', { name: ENTERPRISE.name }).waitFor();
  await li.look('switch');
  await li.page.getByRole('button', { name: ENTERPRISE.name }).click();
  await li.heading('企业');
  await li.page.getByText('当前企业').waitFor();
  await li.page.getByText('办税员', { exact: true }).waitFor();
  await li.look('enterprise');

  await li.page.getByRole('link', { name: '我的', exact: true }).click();
  await li.heading('我的');
  const fields = li.page.getByLabel('实名信息', { exact: true });
  await fields.waitFor();
  await li.look('me');
  assert.deepEqual(await fields.locator('dt').allInnerTexts(), TWELVE);
  const values = await fields.locator('dd').allInnerTexts();
  assert.ok(values.every((value) => value !== '' && value !== '—'), values.join());
  const shown = await li.page.locator('body').innerText();
  for (const secret of [LI.name, LI.number, LI.mobile, LI.mail, '示例路1号']) {
    assert.ok(!shown.includes(secret), `${secret} is not masked`);
  }

  await li.page.getByRole('button', { name: '退出登录' }).click();
  await li.look('log-out-question');
  await li.page.getByRole('alertdialog').getByRole('button', { name: '确定' }).click();
  await li.heading('登录');
  await li.open('/me');
  await li.heading('登录');

  // The face check that 刷新 asks for.
  await wang.close({ refusals: [422] });
  await li.close();
  for (const { name, number, mobile, mail } of [WANG, LI]) {
    for (const secret of [name, number, mobile, mail]) assert.ok(!system.output().includes(secret), 'personal data in the log');
  }
  if (process.env.SHIMING_PICTURES) writeFileSync(join(process.env.SHIMING_PICTURES, 'system.log'), system.output());
});

scene('without a camera the demo is walked with the sample person', async ({ phone }) => {
  const newcomer = await phone({ name: 'sample' });
  const { page, look } = newcomer;
  await setReference(newcomer, WANG);
  await beginCollection(newcomer, WANG);
  await goToFace(newcomer, 'sample');
  await page.getByText('没有使用摄像头的权限').waitFor();
  await look('no-camera');
  await page.getByRole('button', { name: '使用样例人物（演示）' }).click();
  const start = page.getByRole('button', { name: '开始识别' });
  await start.and(page.locator(':enabled')).waitFor();
  await look('person');
  await start.click();
  await page.locator('[role=status][data-action]:not([data-action=LOOK])').waitFor();
  await look('person-acts');
  await fillProfile(newcomer, WANG);
  await newcomer.close();
});

scene('somebody who was never collected is sent to 实名采集 with the prompt of the manual', async ({ phone }) => {
  const stranger = await phone({ name: 'unknown' });
  const { page, open, look } = stranger;
  await open('/login');
  await fillLogin(stranger, LI);
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('秒后重新获取').waitFor();
  // Whether somebody is collected is not told before a code is there: an outsider learns nothing.
  await page.getByLabel('短信验证码').fill('123456');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByText(NOT_COLLECTED, { exact: true }).waitFor();
  await look('login-refused');
  await page.getByRole('link', { name: '去实名采集' }).click();
  await stranger.heading('实名采集');
  await stranger.close({ refusals: [400, 401, 422] });
});
