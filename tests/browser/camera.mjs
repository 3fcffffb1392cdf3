// What a phone's camera sees: a living person of .setup/people who does what the page asks for, or a photo that somebody holds before it.
import { readFileSync, readdirSync } from 'node:fs';

import { material } from './system.mjs';

const CLIPS = { LOOK: 'neutral', BLINK: 'blink', OPEN_MOUTH: 'open-mouth', TURN_LEFT: 'turn-left', TURN_RIGHT: 'turn-right', NOD: 'nod' };
const ROAD = '/camera-of-a-test/';

/** The frames of each action's clip, as paths in .setup. */
function framesOf({ person, still, does = Object.keys(CLIPS) }) {
  if (still) return { LOOK: [still] };
  const frames = (clip) => readdirSync(material(`people/${person}/${clip}`)).sort().map((name) => `people/${person}/${clip}/${name}`);
  return Object.fromEntries(['LOOK', ...does].map((action) => [action, frames(CLIPS[action])]));
}

/**
 * Gives the pages of a context a camera. It sees `{ person }`, who does every action or those of `does`; or `{ still }`, a picture that
 * neither moves nor changes. `show` changes it from the next opening of the camera on.
 */
export async function giveCamera(context, seen) {
  let sees = seen;
  await context.route(`**${ROAD}**`, (route) => {
    const path = new URL(route.request().url()).pathname.slice(ROAD.length);
    if (path === 'frames') return route.fulfill({ json: { frames: framesOf(sees), moves: !sees.still } });
    return route.fulfill({ contentType: 'image/jpeg', body: readFileSync(material(path)) });
  });
  await context.addInitScript(openCanvas, ROAD);
  return { show: (next) => (sees = next) };
}

/** Runs in the page: a canvas as its camera. Each take has its own frame and light, for no camera gives one picture twice. */
function openCanvas(road) {
  // A page of no secure origin has none.
  if (!navigator.mediaDevices) return;
  const FRAME = 40;
  const READING = 450;
  const SIZE = [640, 480];
  navigator.mediaDevices.getUserMedia = async () => {
    const { frames, moves } = await (await fetch(`${road}frames`)).json();
    const blob = async (path) => (await fetch(road + path)).blob();
    const clips = {};
    for (const [action, paths] of Object.entries(frames)) clips[action] = await Promise.all(paths.map(blob));
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = SIZE;
    const context = canvas.getContext('2d');
    const newTake = () => ({ inset: 8 + Math.random() * 14, light: Math.random() * 0.08 });
    let asked = 'LOOK';
    let begun = performance.now();
    let take = newTake();
    let drawing = false;

    const frameNow = () => {
      const now = document.querySelector('[role=status][data-action]')?.dataset.action ?? 'LOOK';
      if (now !== asked) {
        [asked, begun] = [now, performance.now()];
        if (now === 'LOOK') take = newTake();
      }
      const time = performance.now() - begun;
      const doing = asked === 'LOOK' ? undefined : clips[asked]?.[Math.floor((time - READING) / FRAME)];
      const round = Math.max(1, 2 * clips.LOOK.length - 2);
      const at = Math.floor(time / FRAME) % round;
      return doing ?? clips.LOOK[at < clips.LOOK.length ? at : round - at];
    };
    const draw = async () => {
      if (drawing) return;
      drawing = true;
      const picture = await createImageBitmap(frameNow());
      const { inset, light } = moves ? take : { inset: 0, light: 0 };
      const sway = moves ? 3 * Math.sin(performance.now() / 400) : 0;
      const scale = Math.max(SIZE[0] / picture.width, SIZE[1] / picture.height);
      const [width, height] = [SIZE[0] / scale, SIZE[1] / scale];
      const [left, top] = [(picture.width - width) / 2, (picture.height - height) / 2];
      const part = [left + inset + sway, top + inset, width - 2 * inset, height - 2 * inset];
      context.drawImage(picture, ...part, 0, 0, ...SIZE);
      context.fillStyle = `rgb(255 255 255 / ${light})`;
      context.fillRect(0, 0, ...SIZE);
      picture.close();
      drawing = false;
    };
    await draw();
    const timer = setInterval(draw, FRAME);
    const stream = canvas.captureStream(1000 / FRAME);
    const [track] = stream.getVideoTracks();
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval(timer);
      stop();
    };
    return stream;
  };
}
