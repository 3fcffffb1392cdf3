// 人脸信息与授权: what somebody agreed to and how their face was processed; withdrawing it, and the proof of erasure.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { scene } from './scene.mjs';
import { WANG, collect, logIn, setReference } from './walk.mjs';

scene('a person sees what they agreed to, withdraws it and keeps the proof of erasure', async ({ phone }) => {
  const wang = await phone({ name: 'face-data', camera: 'audun' });
  const { page, open, heading, look } = wang;
  await setReference(wang, WANG);
  await collect(wang, WANG);
  await logIn(wang, WANG);
  await open('/me');
  await page.getByText('完成实名认证').waitFor();
  await page.getByRole('link', { name: /^实名等级/ }).click();
  await heading('实名等级');
  await page.getByText('人脸核验', { exact: true }).waitFor();
  await page.getByText(/^(还剩 \d+ 天|长期有效)$/).waitFor();
  await look('evidence');
  await open('/me');
  await page.getByRole('link', { name: /^人脸信息与授权/ }).click();
  await heading('人脸信息与授权');
  await page.getByText('已同意', { exact: true }).waitFor();
  await page.getByText('核验通过').waitFor();
  await page.getByText('未留存，得出结果后已删除').first().waitFor();
  await look('given');

  await page.getByRole('button', { name: '查看全文' }).click();
  const sheet = page.getByRole('dialog', { name: '人脸信息处理同意书' });
  await sheet.getByText('您可以随时撤回同意').waitFor();
  await look('text');
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'hidden' });

  // As easy as giving: one button and one question, whose first answer leaves everything as it is.
  const withdraw = page.getByRole('button', { name: '撤回同意', exact: true });
  await withdraw.click();
  const question = page.getByRole('alertdialog', { name: '撤回人脸信息处理同意？' });
  await question.getByText('短信验证码登录').waitFor();
  await look('question');
  await page.keyboard.press('Enter');
  await question.waitFor({ state: 'hidden' });
  await page.getByText('已同意', { exact: true }).waitFor();
  await withdraw.click();
  await question.getByRole('button', { name: '撤回同意' }).click();

  const proof = page.getByRole('region', { name: '删除证明' });
  await proof.getByText('已删除', { exact: true }).waitFor();
  await proof.getByText(/人脸特征值1份/).waitFor();
  await page.getByText('已撤回', { exact: true }).waitFor();
  await question.waitFor({ state: 'hidden' });
  assert.equal(await withdraw.count(), 0);
  await look('withdrawn');
  const saving = page.waitForEvent('download');
  await proof.getByRole('link', { name: '下载证明' }).click();
  const { erasure: file } = JSON.parse(await readFile(await (await saving).path(), 'utf8'));
  const number = file.erasureId.replaceAll('-', '').toUpperCase();
  await proof.getByText(number).waitFor();
  const claims = JSON.parse(Buffer.from(file.proof.split('.')[1], 'base64url').toString());
  assert.equal(claims.jti, file.erasureId);
  assert.doesNotMatch(JSON.stringify(claims), new RegExp(`${WANG.number}|${WANG.name}|${WANG.mobile}`));

  // SMS login and everything else goes on; a face is asked for with a new consent.
  await page.reload();
  await heading('人脸信息与授权');
  await proof.getByText('已删除', { exact: true }).waitFor();
  await open('/step-up');
  await heading('人脸识别信息确认');
  await page.getByLabel('同意服务').waitFor();
  assert.equal(await page.getByLabel('同意服务').isChecked(), false);
  await wang.close();
});

scene('人脸信息与授权 can be read with letters twice as large', async ({ phone }) => {
  const wang = await phone({ name: 'face-data-large', camera: 'audun', text: 2 });
  await setReference(wang, WANG);
  await collect(wang, WANG);
  await logIn(wang, WANG);
  await wang.open('/me/face-data');
  await wang.page.getByText('核验通过').waitFor();
  await wang.look('given');
  await wang.page.getByRole('button', { name: '撤回同意', exact: true }).click();
  await wang.look('question');
  await wang.page.getByRole('alertdialog').getByRole('button', { name: '撤回同意' }).click();
  await wang.page.getByRole('region', { name: '删除证明' }).getByText('已删除', { exact: true }).waitFor();
  await wang.look('withdrawn');
  await wang.close();
});
