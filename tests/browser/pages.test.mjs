// What holds for every page: how much is loaded, the keyboard, large letters.
import assert from 'node:assert/strict';

import { scene } from './scene.mjs';
import { ENTERPRISE, WANG, collect, logIn, refreshFromRegistry, setReference } from './walk.mjs';

scene('the first screen is small, and 实名采集 can be gone through by the keyboard alone', async ({ phone, say }) => {
  const newcomer = await phone({ name: 'keyboard', camera: 'audun' });
  const { page, heading, look } = newcomer;

  const network = await newcomer.context.newCDPSession(page);
  await network.send('Network.enable');
  let bytes = 0;
  network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  const answer = await page.goto('/');
  assert.match(answer.headers()['content-security-policy'], /default-src 'self'/);
  await page.getByRole('link', { name: '登录' }).waitFor();
  await page.waitForLoadState('networkidle');
  say(`first screen: ${(bytes / 1024).toFixed(1)} KiB transferred`);
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
          const styles = [element, element.parentElement].map((one) => getComputedStyle(one));
          return styles.map(({ outline, boxShadow }) => `${outline} ${boxShadow}`).join();
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
  ['/', '您好'], ['/enterprise', '办税身份申请'], ['/enterprise/apply', '来自登记信息'], ['/enterprise/apply/new', '看不清？'],
  ['/enterprise/manage', '来自登记信息'], ['/enterprise/review', '没有需要审批的申请'],
  ['/enterprise/switch', ENTERPRISE.code], ['/messages', '实名采集已完成'], ['/messages?tab=todos', '没有待办任务'],
  ['/me', '证件签发机关'], ['/demo', '演示手机'],
];

async function leafThrough({ page, open, look }) {
  for (const [path, words] of PAGES) {
    await open(path);
    await page.getByText(words).first().waitFor();
    await look(`at${path.replace(/\W+/g, '-')}`);
  }
}

scene('nothing sticks out with letters twice as large, nor in 关怀模式', async ({ phone }) => {
  const large = await phone({ name: 'large', camera: 'audun', text: 2 });
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
  const heights = await care.page.getByRole('button').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
  const targets = heights.filter((high) => high > 1);
  assert.ok(targets.every((high) => high >= 44), targets.join());

  await large.close({ refusals: [422] });
  await care.close();
});
