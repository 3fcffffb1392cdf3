/** WeChat's own face check (人脸核身 2.0), by its JS-SDK; there is none outside WeChat. */
interface WechatAnswer {
  err_code?: number | string;
}

interface WechatSdk {
  invoke(name: string, input: Record<string, unknown>, answer: (answer: WechatAnswer) => void): void;
}

/** WeChat's code for a device without a face check. */
const UNSUPPORTED = 90001;

/**
 * Opens the check and gives WeChat's code for how it ended: 0 for done, else one that the server knows. The code proves nothing; the server
 * asks WeChat itself.
 */
export async function openWechatCheck(verifyId: string): Promise<number> {
  const { wx } = window as { wx?: WechatSdk };
  if (!wx?.invoke) return UNSUPPORTED;
  const call = (name: string, input: Record<string, unknown>) =>
    new Promise<number>((resolve) => wx.invoke(name, input, ({ err_code }) => resolve(codeOf(err_code))));
  const support = await call('checkIsSupportFaceDetect', {});
  return support === 0 ? call('requestWxFacePictureVerify', { verify_id: verifyId }) : support;
}

function codeOf(code: number | string | undefined): number {
  const found = Number(code);
  return Number.isSafeInteger(found) ? found : UNSUPPORTED;
}
