/** What a person reads when a capture failed: what happened, and what to do better. */
export interface CaptureWords {
  title: string;
  advice: string;
}

const FAULTS: Record<string, CaptureWords> = {
  NO_FACE: { title: '没有看到人脸', advice: '请正对屏幕，让脸部完整出现在框内。' },
  SEVERAL_FACES: { title: '画面中有多张人脸', advice: '请让其他人离开画面，只保留您本人。' },
  FACE_TOO_SMALL: { title: '离得有点远', advice: '请靠近一些，让脸部占满识别框。' },
  FACE_CUT_OFF: { title: '脸部没有拍全', advice: '请稍微后退，让整张脸都在框内。' },
  TOO_BLURRED: { title: '画面有些模糊', advice: '请擦净镜头，拿稳手机后再拍。' },
  TOO_DARK: { title: '光线太暗', advice: '请到明亮的地方，让光线照在脸上。' },
  TOO_BRIGHT: { title: '光线太强', advice: '请避开强光或逆光后再拍。' },
  FACE_TURNED_AWAY: { title: '没有正对屏幕', advice: '请抬头平视，正对屏幕。' },
  FACE_COVERED: { title: '面部有遮挡', advice: '请摘下口罩、墨镜或帽子，拨开额前的头发，露出整张脸。' },
};

const UNCLEAR: CaptureWords = { title: '照片不够清晰', advice: '请在明亮处正对屏幕，拿稳手机后再拍。' };

/** Words for a CAPTURE_QUALITY fault, as metadata.fault names it. */
export function faultWords(fault: string | undefined): CaptureWords {
  return FAULTS[fault ?? ''] ?? UNCLEAR;
}

/** Why the camera can't be used, in words; other ways are open in every case. */
export const CAMERA_WORDS = {
  CAMERA_PERMISSION: {
    title: '没有使用摄像头的权限',
    advice: '请在手机或浏览器的设置中允许本页面使用摄像头，再点“重试”。',
  },
  DEVICE_UNSUPPORTED: {
    title: '当前环境不能打开摄像头',
    advice: '请更新微信或浏览器后再试，或换一台设备办理。',
  },
  CAMERA_BUSY: {
    title: '摄像头被占用',
    advice: '请关闭正在使用摄像头的其他应用，再点“重试”。',
  },
  NO_CAMERA: { title: '没有找到摄像头', advice: '请换一台带前置摄像头的手机或电脑办理。' },
} satisfies Record<string, CaptureWords>;

/** Live hints while the camera runs. */
export const HINTS = {
  STARTING: '正在打开摄像头…',
  READY: '请正对屏幕，将脸放入框内',
  TOO_DARK: '光线太暗，请到明亮的地方',
  TOO_BRIGHT: '光线太强，请避开强光',
  MOVING: '请拿稳手机',
  NO_FACE: '没有看到人脸，请正对屏幕',
  SEVERAL_FACES: '请让其他人离开画面',
  TOO_FAR: '离得有点远，请靠近一些',
  TOO_NEAR: '离得太近，请稍微后退',
  OFF_CENTRE: '请将脸移到框的中间',
} as const;

export type Hint = keyof typeof HINTS;

/** Words for a photo file that can't be used. */
export const PHOTO_WORDS = {
  NOT_DECODED:
    '这张照片无法读取（可能是 HEIC 等格式）。请改选 JPG 或 PNG 照片，或在手机相机设置中选择“兼容性最佳”后重拍。',
  NOT_A_PHOTO: '这不是照片文件，请选择 JPG 或 PNG 格式的照片。',
  TOO_LARGE: '照片文件过大，请选择 40 MB 以内的照片。',
} as const;
