// The journey in a real browser, with a real face before its camera. SHIMING_PICTURES=<folder> keeps a picture of every page.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { openPhone } from './phone.mjs';
import { startSystem } from './system.mjs';
import {
  ENTERPRISE, LI, WANG, apply, beginCollection, collect, fillLogin, goToFace, logIn, refreshFromRegistry, setReference, showFace, showPhoto,
} from './walk.mjs';

/** A system and phones for one test; all ended with it, however it ends. */
async function stage(t) {
  const system = await startSystem();
  const phones = [];
  t.after(async () => {
    await Promise.all(phones.map((phone) => phone.drop()));
    await system.stop();
  });
  const phone = async (settings) => {
    const opened = await openPhone(system, settings);
    phones.push(opened);
    return opened;
  };
  return { system, phone };
}

/** The number on the foot's 消息, with its unit for those who can't see it. */
async function badge({ page }) {
  const text = await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: /消息/ }).innerText();
  return Number(/\d+/.exec(text)?.[0] ?? 0);
}

test('a newcomer is collected and bound, a clerk applies, is approved and told so at once', async (t) => {
  const { system, phone } = await stage(t);

  const wang = await phone({ name: 'wang', camera: 'astronaut' });
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

  const li = await phone({ name: 'li', camera: 'person-1-b' });
  await setReference(li, LI, 'person-1-a.jpg');
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
  assert.deepEqual(await fields.locator('dt').allInnerTexts(), [
    '姓名', '证件类型', '证件号码', '手机号码', '电子邮箱', '国籍', '民族', '出生日期', '证件有效期起', '证件有效期止', '证件签发机关', '住址',
  ]);
  const values = await fields.locator('dd').allInnerTexts();
  assert.ok(values.every((value) => value !== '' && value !== '—'), values.join());
  const shown = await li.page.locator('body').innerText();
  for (const secret of [LI.name, LI.number, LI.mobile, LI.mail, '示例路1号']) assert.ok(!shown.includes(secret), `${secret} is not masked`);

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

test('a face that is not the same is refused with the attempts left and ways out; so is a photo without exactly one face', async (t) => {
  const { phone } = await stage(t);
  const stranger = await phone({ name: 'stranger', camera: 'person-2' });
  const { page, look } = stranger;
  await setReference(stranger, WANG);
  await beginCollection(stranger, WANG);
  await goToFace(stranger, 'collect');

  await showPhoto(stranger, 'no-face.jpg');
  await page.getByRole('heading', { name: '没有看到人脸' }).waitFor();
  await page.getByText('本次不计入识别次数').waitFor();
  await look('face-none');
  await page.getByRole('button', { name: '重新识别' }).click();
  await showPhoto(stranger, 'two-people.jpg');
  await page.getByRole('heading', { name: '画面中有多张人脸' }).waitFor();
  await look('face-several');
  await page.getByRole('button', { name: '重新识别' }).click();

  await showFace(stranger, 'collect');
  await page.getByRole('heading', { name: '人脸比对未通过' }).waitFor();
  const before = Number(/今日还可尝试 (\d+) 次/.exec(await page.getByRole('alert').innerText())?.[1]);
  assert.ok(before > 0);
  await look('face-not-same');
  await page.getByRole('button', { name: '重新识别' }).click();
  await showFace(stranger, 'collect');
  await page.getByText(`今日还可尝试 ${before - 1} 次`).waitFor();
  await page.getByRole('button', { name: '退出识别，返回首页' }).click();
  await page.getByRole('link', { name: /^实名采集/ }).first().waitFor();
  assert.equal(new URL(page.url()).pathname, '/');
  await stranger.close({ refusals: [401, 422] });
});

test('somebody who was never collected is sent to 实名采集 with the prompt of the manual', async (t) => {
  const { phone } = await stage(t);
  const stranger = await phone({ name: 'unknown' });
  const { page, open, look } = stranger;
  await open('/login');
  await fillLogin(stranger, LI);
  await page.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('秒后重新获取').waitFor();
  // Whether somebody is collected is not told before a code is there: an outsider learns nothing.
  await page.getByLabel('短信验证码').fill('123456');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByText('登录信息有误或尚未做实名采集，如果您是首次使用，请先通过“实名采集”模块进行实名信息采集。', { exact: true }).waitFor();
  await look('login-refused');
  await page.getByRole('link', { name: '去实名采集' }).click();
  await stranger.heading('实名采集');
  await stranger.close({ refusals: [400, 401, 422] });
});

test('the first screen is small, and 实名采集 can be gone through by the keyboard alone', async (t) => {
  const { phone } = await stage(t);
  const newcomer = await phone({ name: 'keyboard', camera: 'astronaut' });
  const { page, open, heading, look } = newcomer;

  const network = await newcomer.context.newCDPSession(page);
  await network.send('Network.enable');
  let bytes = 0;
  network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await open('/');
  await page.getByRole('link', { name: '登录' }).waitFor();
  await page.waitForLoadState('networkidle');
  t.diagnostic(`first screen: ${(bytes / 1024).toFixed(1)} KiB transferred`);
  assert.ok(bytes > 0 && bytes < 250 * 1024, `${bytes} bytes`);

  const keyboard = page.keyboard;
  /** Tabs on to something, which must then show that it has the focus. */
  const tabTo = async (target) => {
    await target.waitFor();
    for (let steps = 0; steps < 40; steps += 1) {
      await keyboard.press('Tab');
      if (!(await target.evaluate((element) => element === document.activeElement))) continue;
      const [focused, usual] = await target.evaluate((element) => {
        const look = () => {
          document.getAnimations().forEach((one) => one.finish());
          return [element, element.parentElement].map((one) => getComputedStyle(one)).map((one) => `${one.outline} ${one.boxShadow}`).join();
        };
        const before = look();
        element.blur();
        const after = look();
        element.focus();
        return [before, after];
      });
      assert.notEqual(focused, usual, 'the focus is not seen');
      return;
    }
    assert.fail(`not reached by Tab: ${target}`);
  };
  const button = (name) => page.getByRole('button', { name, exact: true });

  await tabTo(page.getByRole('link', { name: /^实名采集/ }).first());
  await look('home-focus');
  await keyboard.press('Enter');
  await heading('实名采集');
  await tabTo(page.getByLabel('证件类型'));
  await keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: '选择证件类型' });
  await sheet.waitFor();
  await look('document-types');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await sheet.waitFor({ state: 'hidden' });
  await page.getByText('到办税服务厅柜台办理').waitFor();
  await look('counter');
  await keyboard.press('Enter');
  await sheet.waitFor();
  await keyboard.press('ArrowUp');
  await keyboard.press('Enter');
  await sheet.waitFor({ state: 'hidden' });
  await tabTo(page.getByLabel('证件号码'));
  await keyboard.type(WANG.number.replace(/.$/, '7'));
  await tabTo(page.getByLabel('姓名'));
  await keyboard.insertText(WANG.name);
  await keyboard.press('Enter');
  await page.getByText('证件号码有误').waitFor();
  await look('number-wrong');
  // The wrong field has the focus by itself.
  await keyboard.press('End');
  await keyboard.press('Backspace');
  await keyboard.type(WANG.number.at(-1));
  await keyboard.press('Enter');
  await heading('人脸识别信息确认');
  await tabTo(button('下一步'));
  await keyboard.press('Enter');
  await page.getByText('请阅读并勾选“同意服务”后继续').waitFor();
  await look('consent-missing');
  await keyboard.press('Space');
  assert.ok(await page.getByLabel('同意服务').isChecked());
  await tabTo(button('下一步'));
  await keyboard.press('Enter');
  await heading('人脸识别提示');
  await tabTo(button('继续'));
  await keyboard.press('Enter');
  await heading('人脸识别');
  await tabTo(button('开始识别'));
  await newcomer.close();
});

/** The pages of somebody signed in, each with what shows that it has come. */
const PAGES = [
  ['/', '您好'], ['/enterprise', '办税身份申请'], ['/enterprise/apply', '来自登记信息'], ['/enterprise/apply/new', '看不清？点图片换一张'],
  ['/enterprise/manage', '来自登记信息'], ['/enterprise/review', '没有需要审批的申请'], ['/enterprise/switch', ENTERPRISE.code],
  ['/messages', '实名采集已完成'], ['/messages?tab=todos', '没有待办任务'], ['/me', '证件签发机关'], ['/demo', '演示手机'],
];

async function leafThrough({ page, open, look }) {
  for (const [path, words] of PAGES) {
    await open(path);
    await page.getByText(words).first().waitFor();
    await look(`at${path.replace(/\W+/g, '-')}`);
  }
}

test('nothing sticks out with letters twice as large, nor in 关怀模式', async (t) => {
  const { phone } = await stage(t);
  const large = await phone({ name: 'large', camera: 'astronaut', text: 2 });
  const letters = ({ page }) => page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));
  await setReference(large, WANG);
  assert.equal(await letters(large), 32);
  await collect(large, WANG);
  await logIn(large, WANG);
  await refreshFromRegistry(large);
  await large.page.getByText('来自登记信息').first().waitFor();
  await leafThrough(large);

  const care = await phone({ name: 'care' });
  await care.context.addCookies(await large.context.cookies());
  await care.open('/');
  const usual = await letters(care);
  await care.page.getByRole('button', { name: '关怀模式' }).click();
  await care.page.getByRole('button', { name: '关怀模式', pressed: true }).waitFor();
  await care.page.reload();
  await care.page.getByRole('button', { name: '关怀模式', pressed: true }).waitFor();
  assert.ok((await letters(care)) >= usual * 1.15);
  await leafThrough(care);
  // A target is large enough for a finger that shakes; what is one pixel high is for screen readers only.
  const targets = await care.page.getByRole('button').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height).filter((high) => high > 1));
  assert.ok(targets.every((high) => high >= 44), targets.join());

  await large.close({ refusals: [422] });
  await care.close();
});
