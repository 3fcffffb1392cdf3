// Videos for Chromium's fake camera, out of single photos (`make camera`).
//
//   node tests/setup/camera.mjs                       one video per person, into .setup/camera/<photo>.y4m
//   node tests/setup/camera.mjs photo.jpg video.y4m   one video
//
// Chromium plays them with --use-fake-device-for-media-stream --use-file-for-fake-video-capture=<video>, over and over. The
// head sways and nears a little, so that no two frames are alike; the last frame leads back to the first.
import { mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const here = dirname(fileURLToPath(import.meta.url));
const photos = join(here, '../../.setup/photos');
const astronaut = join(here, '../../services/face-auth/tests/photos/astronaut.jpg');
const videos = join(here, '../../.setup/camera');

const WIDTH = 480;
const HEIGHT = 640;
const FRAMES = 24;
const FRAMES_PER_SECOND = 12;
/** Room around the frame to sway in, and how far the head nears, as parts of its size. */
const ROOM = 0.06;
const NEARING = 0.04;

/** Writes the video of one photo; returns its path. */
export async function film(photo, video) {
  const scale = 1 + 2 * ROOM;
  const stage = await sharp(photo)
    .rotate()
    .resize(Math.round(WIDTH * scale), Math.round(HEIGHT * scale), { fit: 'cover', position: 'top' })
    .png()
    .toBuffer();
  await mkdir(dirname(video), { recursive: true });
  const file = await open(`${video}.part`, 'w');
  try {
    await file.write(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n`);
    for (let frame = 0; frame < FRAMES; frame += 1) {
      const turn = (2 * Math.PI * frame) / FRAMES;
      const size = 1 + NEARING * (0.5 - 0.5 * Math.cos(turn));
      const width = Math.round(WIDTH / size);
      const height = Math.round(HEIGHT / size);
      const left = Math.round((WIDTH * scale - width) / 2 + WIDTH * ROOM * 0.5 * Math.sin(turn));
      const top = Math.round((HEIGHT * scale - height) / 2 + HEIGHT * ROOM * 0.3 * Math.sin(2 * turn));
      const rgb = await sharp(stage)
        .extract({ left, top, width, height })
        .resize(WIDTH, HEIGHT, { fit: 'fill' })
        .removeAlpha()
        .raw()
        .toBuffer();
      await file.write('FRAME\n');
      await file.write(planes(rgb));
    }
  } finally {
    await file.close();
  }
  await rename(`${video}.part`, video);
  return video;
}

/** I420: brightness of every pixel, then both colour differences of every 2 × 2 pixels (BT.601). */
function planes(rgb) {
  const pixels = WIDTH * HEIGHT;
  const yuv = Buffer.alloc((pixels * 3) / 2);
  for (let i = 0; i < pixels; i += 1) {
    yuv[i] = 16 + (65.738 * rgb[3 * i] + 129.057 * rgb[3 * i + 1] + 25.064 * rgb[3 * i + 2]) / 256 + 0.5;
  }
  let at = pixels;
  for (const [red, green, blue] of [[-37.945, -74.494, 112.439], [112.439, -94.154, -18.285]]) {
    for (let y = 0; y < HEIGHT; y += 2) {
      for (let x = 0; x < WIDTH; x += 2) {
        let sum = 0;
        for (const i of [y * WIDTH + x, y * WIDTH + x + 1, (y + 1) * WIDTH + x, (y + 1) * WIDTH + x + 1]) {
          sum += red * rgb[3 * i] + green * rgb[3 * i + 1] + blue * rgb[3 * i + 2];
        }
        yuv[at] = 128 + sum / 1024 + 0.5;
        at += 1;
      }
    }
  }
  return yuv;
}

async function isNewer(video, photo) {
  const times = await Promise.all([stat(video), stat(photo), stat(fileURLToPath(import.meta.url))]).catch(() => null);
  return times !== null && times[0].mtimeMs > Math.max(times[1].mtimeMs, times[2].mtimeMs);
}

async function filmAll() {
  const people = (await readdir(photos)).filter((name) => name.startsWith('person-') && name.endsWith('.jpg'));
  for (const photo of [astronaut, ...people.map((name) => join(photos, name))]) {
    const video = join(videos, `${basename(photo, extname(photo))}.y4m`);
    if (!(await isNewer(video, photo))) console.log(`  ${await film(photo, video)}`);
  }
  console.log(`videos ready in ${videos}`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [photo, video] = process.argv.slice(2);
  if (photo) await film(resolve(photo), resolve(video));
  else await filmAll();
}
