// Small sound pictures of every kind the engine reads, from which the fuzzer starts (`make fuzz-images`).
//
//   node services/face-auth/engine/fuzz/seeds.mjs [directory]
//
// Each is a gradient of 64 × 48 pixels: a file of a few hundred bytes lets the fuzzer try thousands of changes a second.
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const sharp = createRequire(join(here, '../../../../tests/package.json'))('sharp');
const directory = resolve(process.argv[2] ?? join(here, 'corpus/image'));

const [width, height] = [64, 48];
const pixels = Buffer.from(
  Array.from({ length: width * height }, (_, at) => [4 * (at % width), 5 * Math.floor(at / width), 90]).flat(),
);
const picture = () => sharp(pixels, { raw: { width, height, channels: 3 } });
const frames = () => sharp(Buffer.concat([pixels, pixels.map((value) => 255 - value)]), {
  raw: { width, height: 2 * height, channels: 3, pageHeight: height },
});

const seeds = {
  'baseline.jpg': picture().jpeg({ quality: 60 }),
  'full-chroma.jpg': picture().jpeg({ quality: 60, chromaSubsampling: '4:4:4' }),
  'progressive.jpg': picture().jpeg({ quality: 60, progressive: true }),
  'grey.jpg': picture().greyscale().jpeg({ quality: 60 }),
  'cmyk.jpg': picture().toColourspace('cmyk').jpeg({ quality: 60 }),
  'profile.jpg': picture().withIccProfile('p3').jpeg({ quality: 60 }),
  'rgb.png': picture().png(),
  'interlaced.png': picture().png({ progressive: true }),
  'palette.png': picture().png({ palette: true, colours: 16 }),
  'deep.png': picture().ensureAlpha().toColourspace('rgb16').png(),
  'exif.png': picture().withMetadata({ orientation: 8 }).png(),
  'lossy.webp': picture().webp({ quality: 60 }),
  'lossless.webp': picture().webp({ lossless: true }),
  'alpha.webp': picture().ensureAlpha(0.5).webp({ quality: 60 }),
  'exif.webp': picture().withMetadata({ orientation: 3 }).webp({ quality: 60 }),
  'animated.webp': frames().webp({ quality: 60, loop: 0, delay: [100, 100] }),
};
for (let orientation = 1; orientation <= 8; orientation += 1) {
  seeds[`exif-${orientation}.jpg`] = picture().withMetadata({ orientation }).jpeg({ quality: 60 });
}

await mkdir(directory, { recursive: true });
for (const [name, image] of Object.entries(seeds)) await writeFile(join(directory, name), await image.toBuffer());
console.log(`${Object.keys(seeds).length} seeds in ${directory}`);
