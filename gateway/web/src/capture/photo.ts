import { PHOTO_WORDS } from '@/words/capture';

import { toJpeg } from './camera';

const PHOTO_LIMIT = 1280;
const FILE_LIMIT = 40 * 1024 * 1024;

/** A photo file that can't be used; the message says why. */
export class PhotoError extends Error {}

/** Refuses files that can't be photos, before any memory is spent on them. */
export function checkFile(file: { size: number; type: string; name: string }): void {
  if (file.size > FILE_LIMIT) throw new PhotoError(PHOTO_WORDS.TOO_LARGE);
  const looksLikePhoto = file.type === '' || file.type.startsWith('image/') || /\.(jpe?g|png|webp|hei[cf])$/i.test(file.name);
  if (!looksLikePhoto || file.size === 0) throw new PhotoError(PHOTO_WORDS.NOT_A_PHOTO);
}

/** A photo file as an upright JPEG of at most 1280 pixels a side. */
export async function readPhoto(file: File): Promise<Blob> {
  checkFile(file);
  try {
    return await fromBitmap(file);
  } catch {
    try {
      return await fromImage(file);
    } catch {
      throw new PhotoError(PHOTO_WORDS.NOT_DECODED);
    }
  }
}

async function fromBitmap(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    return await toJpeg(bitmap, bitmap.width, bitmap.height, PHOTO_LIMIT);
  } finally {
    bitmap.close();
  }
}

/** Older WebViews decode some files only through an image element. */
async function fromImage(file: Blob): Promise<Blob> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return await toJpeg(image, image.naturalWidth, image.naturalHeight, PHOTO_LIMIT);
  } finally {
    URL.revokeObjectURL(url);
  }
}
