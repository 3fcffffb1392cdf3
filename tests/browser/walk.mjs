// What a person does on the pages, step by step, in the manual's words.
import { CAPTCHA, material } from './system.mjs';

/** People who don't exist; the demo's. */
export const WANG = {
  name: '王建国', number: '640104197803151016', mobile: '13800138001', validFrom: '2018-05-20', mail: 'wangjianguo@example.cn',
};
export const LI = {
  name: '李晓梅', number: '640105199209182026', mobile: '13800138002', validFrom: '2020-11-02', mail: 'lixiaomei@example.cn',
};

export const ENTERPRISE = { code: '91640100MA75000124', name: '宁夏塞上示例科技有限公司' };

const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

/** At the demo authority: makes a photo (a path in .setup) the reference of somebody. Without one it is the sample person's. */
export async function setReference({ page, open, look }, citizen, photo) {
  await open('/demo');
  await page.getByRole('radio', { name: citizen.name }).check();
  await look('demo');
  if (photo) {
    await page.locator('input[type=file]').setInputFiles(material(photo));
  } else {
    const sample = page.getByRole('button', { name: '用样例照片' });
    await sample.scrollIntoViewIfNeeded();
    await look('demo-sample');
    await sample.click();
  }
  await page.getByText(`${citizen.name}的参考照片已设置`).waitFor();
}

/** The newest code on the demo phone, of as many as should be there by now. */
export async function readCode({ page, look }, count, name) {
  await press(page, '演示');
  const phone = page.getByRole('dialog', { name: '演示手机' });
  await phone.getByRole('article').nth(count - 1).waitFor();
  if (name) await look(name);
  const code = await phone.getByRole('article').first().locator('b').innerText();
  await phone.getByRole('button', { name: '关闭' }).click();
  await phone.waitFor({ state: 'hidden' });
  return code;
}

/** 实名采集 up to the first page of the face check. */
export async function beginCollection(phone, citizen) {
  const { page, open, heading, look } = phone;
  await open('/');
  await look('home');
  await page.getByRole('link', { name: /^实名采集/ }).first().click();
  await heading('实名采集');
  await page.getByLabel('证件号码').fill(citizen.number);
  await page.getByLabel('姓名').fill(citizen.name);
  await look('collect');
  await press(page, '下一步');
  await heading('人脸识别信息确认');
}

/** Consents and goes on to the camera. */
export async function goToFace({ page, heading, look }, name) {
  await page.getByLabel('同意服务').check();
  await look(`${name}-consent`);
  await press(page, '下一步');
  await heading('人脸识别提示');
  await look(`${name}-tips`);
  await press(page, '继续');
  await heading('人脸识别');
}

/** Looks into the camera, begins, and does what is asked. */
export async function showFace({ page, look }, name) {
  const start = page.getByRole('button', { name: '开始识别' });
  await start.and(page.locator(':enabled')).waitFor();
  await look(`${name}-face`);
  await start.click();
  await page.locator('[role=status][data-action]:not([data-action=LOOK])').waitFor();
  await look(`${name}-step`);
}

/** Shows the face again after a refusal, once the camera is open again. */
export async function showAgain(phone, name) {
  await press(phone.page, '重新识别');
  await showFace(phone, name);
}

/** 实名采集, the whole of it. */
export async function collect(phone, citizen) {
  await beginCollection(phone, citizen);
  await goToFace(phone, 'collect');
  await phone.page.getByText('请正对屏幕，将脸放入框内').waitFor();
  await showFace(phone, 'collect');
  await fillProfile(phone, citizen);
}

/** What follows the face in 实名采集. */
export async function fillProfile(phone, citizen) {
  const { page, heading, look } = phone;
  await heading('实名信息采集');
  await look('profile-empty');
  await page.getByLabel('民族').click();
  await look('profile-ethnicity');
  await page.getByRole('radio', { name: '汉族', exact: true }).click();
  await page.getByLabel('证件有效期起', { exact: true }).fill(citizen.validFrom);
  await page.getByLabel('长期有效').check();
  await page.getByLabel('证件签发机关').fill('银川市公安局兴庆区分局');
  await page.getByLabel('住址').fill('宁夏回族自治区银川市兴庆区示例路1号');
  await page.getByLabel('电子邮箱').fill(citizen.mail);
  await page.getByLabel('手机号码', { exact: true }).fill(citizen.mobile);
  await press(page, '获取验证码');
  await page.getByText('秒后重新获取').waitFor();
  await page.getByLabel('短信验证码').fill(await readCode(phone, 1, 'demo-phone'));
  await look('profile-filled');
  await press(page, '下一步');
  await heading('采集完成');
  await page.getByText('实名信息采集完成').waitFor();
  await look('collect-done');
}

/** 登录 by SMS, after `collect`. */
export async function logIn(phone, citizen) {
  const { page, open, look } = phone;
  await open('/login');
  await fillLogin(phone, citizen);
  await press(page, '获取验证码');
  await page.getByText('秒后重新获取').waitFor();
  await page.getByLabel('短信验证码').fill(await readCode(phone, 2));
  await look('login');
  await press(page, '登录');
  await page.getByRole('heading', { level: 1, name: '您好' }).waitFor();
  await look('home-signed-in');
}

export async function fillLogin({ page, heading }, citizen) {
  await heading('登录');
  await page.getByLabel('证件号码').fill(citizen.number);
  await page.getByLabel('姓名').fill(citizen.name);
  await page.getByLabel('手机号码').fill(citizen.mobile);
}

/** 办税身份管理 → 刷新, with the face check it asks for. */
export async function refreshFromRegistry(phone) {
  const { page, heading, look } = phone;
  await page.getByRole('link', { name: '企业', exact: true }).click();
  await heading('企业');
  await page.getByText('还没有绑定企业').waitFor();
  await look('enterprise-none');
  await page.getByRole('link', { name: '办税身份管理' }).click();
  await heading('办税身份管理');
  await page.getByText('还没有企业身份').waitFor();
  await look('manage-none');
  await press(page, '刷新');
  await heading('人脸识别信息确认');
  await goToFace(phone, 'step-up');
  await showFace(phone, 'step-up');
  await heading('办税身份管理');
}

/** 新增办税身份 as 办税员. */
export async function apply(phone, enterprise) {
  const { page, open, heading, look } = phone;
  await open('/enterprise/apply');
  await page.getByText('还没有办税身份').waitFor();
  await look('apply-none');
  await press(page, '新增办税身份');
  await heading('新增办税身份');
  await page.getByLabel('社会信用代码（纳税人识别号）').fill(enterprise.code);
  await page.getByLabel('验证码', { exact: true }).fill(CAPTCHA);
  await page.getByRole('img', { name: '图形验证码' }).waitFor();
  await look('apply-new');
  await press(page, '下一步');
  await heading('确认企业信息');
  await page.getByText(enterprise.name).waitFor();
  await page.getByRole('radio', { name: '办税员' }).check();
  await look('apply-enterprise');
  await press(page, '下一步');
  await heading('确认申请信息');
  await page.getByText('个人信息').waitFor();
  await look('apply-confirm');
  await press(page, '提交');
  await page.getByText('新增办税身份申请成功，等待审批').waitFor();
  await look('apply-done');
}
