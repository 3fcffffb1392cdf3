/** The words for what never reached the server; everything else the server says. */
const LOCAL: Record<string, string> = {
  NETWORK: '网络连接不上，请检查网络后重试。',
  TIMEOUT: '等待时间过长，请检查网络后重试。',
  CANCELLED: '已取消。',
  PAGE_FAULT: '页面出了一点问题，请刷新后重试。',
};

/** For answers of strangers in between, such as a proxy. */
const BY_STATUS: Record<number, string> = {
  400: '填写的内容有误，请检查后重试。',
  401: '请先登录。',
  403: '您没有办理此事项的权限。',
  404: '未找到您要的内容。',
  409: '信息已被更新，请刷新后重试。',
  413: '上传的文件过大，请换一张照片。',
  422: '当前状态不能办理，请刷新后重试。',
  429: '操作过于频繁，请稍后再试。',
  503: '服务暂时不可用，请稍后重试。',
  504: '等待时间过长，请稍后重试。',
};

const HAN = /\p{Script=Han}/u;

/** What to show for a failure: the server's Chinese words, else those of what happened here, else those of the status. */
export function wordsFor(reason: string, status: number, detail?: string): string {
  if (detail !== undefined && HAN.test(detail)) return detail;
  return LOCAL[reason] ?? BY_STATUS[status] ?? '系统出了一点问题，请稍后重试。';
}
