// The face check in a real browser: what is refused and in which words, and the ways on from there.
import assert from 'node:assert/strict';

import { scene } from './scene.mjs';
import { WANG, beginCollection, fillProfile, goToFace, setReference, showAgain, showFace } from './walk.mjs';

const PORTRAIT = 'people/audun-again/neutral/012.jpg';
const ACTIONS = { BLINK: '眨眼', OPEN_MOUTH: '张嘴', TURN_LEFT: '向左转头', TURN_RIGHT: '向右转头', NOD: '点头' };
const ASSURANCE = '本次不计入识别次数';

/** Up to the camera, for 王建国. */
async function toCamera(phone) {
  await setReference(phone, WANG);
  await beginCollection(phone, WANG);
  await goToFace(phone, 'collect');
}

/** What the server answered to the capture that `show` takes. */
async function answerTo({ page }, show) {
  const [answer] = await Promise.all([page.waitForResponse((response) => response.url().endsWith('/capture')), show()]);
  return { status: answer.status(), ...(await answer.json()) };
}

async function attemptsLeft({ page }) {
  return Number(/今日还可尝试 (\d+) 次/.exec(await page.getByRole('alert').innerText())?.[1]);
}

/** The fold-out with what helps. */
async function readTips({ page, look }, name, ...titles) {
  const fold = page.getByText('怎样才能通过？');
  await fold.click();
  for (const title of titles) await page.getByText(title, { exact: true }).waitFor();
  await look(name);
  await fold.click();
  await page.getByText(titles[0], { exact: true }).waitFor({ state: 'hidden' });
}

scene('nobody, two people and a stranger before the camera are refused in plain words, with the attempts left and ways out', async ({ phone }) => {
  const stranger = await phone({ name: 'stranger', camera: { still: 'photos/no-face.jpg' } });
  const { page, look, show } = stranger;
  await toCamera(stranger);

  await showFace(stranger, 'collect');
  await page.getByRole('heading', { name: '没有看到人脸' }).waitFor();
  await page.getByText(ASSURANCE).waitFor();
  await readTips(stranger, 'none', '平视镜头', '面向光亮');
  show({ still: 'photos/two-people.jpg' });
  await showAgain(stranger, 'two');
  await page.getByRole('heading', { name: '画面中有多张人脸' }).waitFor();
  await page.getByText(ASSURANCE).waitFor();
  await readTips(stranger, 'several', '只有您一人');

  show({ person: 'franck' });
  const answer = await answerTo(stranger, () => showAgain(stranger, 'other'));
  assert.equal(answer.reason, 'FACE_NOT_SAME');
  await page.getByRole('heading', { name: '人脸比对未通过' }).waitFor();
  const before = await attemptsLeft(stranger);
  assert.ok(before > 0);
  await look('not-same');
  await showAgain(stranger, 'other-again');
  await page.getByText(`今日还可尝试 ${before - 1} 次`).waitFor();
  await page.getByText('不便刷脸？看看其他办理方式').click();
  await page.getByText('到办税服务厅柜台办理').waitFor();
  await page.getByRole('link', { name: /用手机验证码登录/ }).waitFor();
  await look('other-ways');
  await page.getByRole('button', { name: '退出识别，返回首页' }).click();
  await page.getByRole('link', { name: /^实名采集/ }).first().waitFor();
  assert.equal(new URL(page.url()).pathname, '/');
  await stranger.close({ refusals: [401, 422] });
});

scene('a photo held before the camera is refused without a word on how it was found out, until the face is locked', async ({ phone }) => {
  const attacker = await phone({ name: 'photo', camera: { still: PORTRAIT } });
  const { page, look } = attacker;
  await toCamera(attacker);
  const answer = await answerTo(attacker, () => showFace(attacker, 'photo'));
  assert.deepEqual([answer.status, answer.reason], [403, 'LIVENESS_ATTACK']);
  assert.deepEqual(Object.keys(answer.metadata).filter((name) => !/^attempts_?left$/i.test(name)), [], 'nothing of the measures');
  await page.getByRole('heading', { name: '未能确认是本人在镜头前' }).waitFor();
  await look('refused');
  await readTips(attacker, 'tips', '本人面对镜头');
  const before = await attemptsLeft(attacker);
  await showAgain(attacker, 'again');
  await page.getByText(`今日还可尝试 ${before - 1} 次`).waitFor();
  // The third of a day locks.
  await showAgain(attacker, 'last');
  await page.getByText('今日次数已用完，请明天再试').waitFor();
  await page.getByRole('region', { name: '其他办理方式' }).getByText('到办税服务厅柜台办理').waitFor();
  assert.equal(await page.getByRole('button', { name: '重新识别' }).count(), 0);
  await look('locked');
  await attacker.close({ refusals: [401, 403, 422, 429] });
});

scene('an action that was not done is named, and doing it the next time passes', async ({ phone }) => {
  const person = await phone({ name: 'action', camera: { person: 'audun', does: [] } });
  const { page, look, show } = person;
  await toCamera(person);
  const answer = await answerTo(person, () => showFace(person, 'still'));
  assert.equal(answer.reason, 'LIVENESS_INCOMPLETE');
  await page.getByRole('heading', { name: `没有看到“${ACTIONS[answer.metadata.action]}”的动作` }).waitFor();
  await page.getByText(ASSURANCE).waitFor();
  await look('missed');
  await readTips(person, 'tips', '面向光亮', '拿稳手机');
  show({ person: 'audun' });
  await showAgain(person, 'again');
  await fillProfile(person, WANG);
  await person.close({ refusals: [422] });
});

scene('a phone that may not use its camera shows why, and the other ways', async ({ phone }) => {
  const person = await phone({ name: 'no-camera' });
  const { page, look } = person;
  await toCamera(person);
  await page.getByText('没有使用摄像头的权限').waitFor();
  await look('fault');
  const ways = page.getByRole('region', { name: '其他办理方式' });
  await ways.getByText('到办税服务厅柜台办理').waitFor();
  await page.getByRole('button', { name: '重试' }).click();
  await page.getByText('没有使用摄像头的权限').waitFor();
  await ways.getByRole('link', { name: /用手机验证码登录/ }).click();
  await person.heading('登录');
  await person.close();
});

scene('in 关怀模式 the prompts are spoken until they are turned off, and there is more time', async ({ phone }) => {
  const elder = await phone({ name: 'elder', camera: 'audun', voice: true });
  const { page, open, look } = elder;
  const spoken = () => page.evaluate(() => window.spoken);
  await open('/');
  await page.getByRole('button', { name: '关怀模式' }).click();
  await page.getByRole('button', { name: '关怀模式', pressed: true }).waitFor();
  await toCamera(elder);
  await page.getByText('约 15 秒').waitFor();
  const voice = page.getByRole('switch', { name: '语音提示' });
  assert.equal(await voice.getAttribute('aria-checked'), 'true');
  await voice.click();
  assert.equal(await voice.getAttribute('aria-checked'), 'false');
  await look('voice-off');
  await voice.click();
  await showFace(elder, 'elder');
  assert.equal((await spoken())[0], '请正对屏幕');
  await elder.heading('实名信息采集');
  const [, ...rest] = await spoken();
  assert.ok(rest.length >= 3 && rest.at(-1) === '正在核验，请稍候', rest.join());
  await look('passed');
  await elder.close();
});

scene('an authority that is down is passed over, and the person does not notice', async ({ phone }) => {
  const person = await phone({ name: 'fail-over', camera: 'audun' });
  await toCamera(person);
  await showFace(person, 'collect');
  await person.heading('实名信息采集');
  await person.close();
}, { SHIMING_FACE_AUTH__AUTHORITY__ORDER: '["external", "built_in"]', SHIMING_FACE_AUTH__AUTHORITY__EXTERNAL__URI: 'http://127.0.0.1:1' });
