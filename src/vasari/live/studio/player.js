// Pictures and their sound to screen and speaker, in step: the sound's clock leads.

import { HZ } from "./wire.js";

const BUFFER = 0.07; // seconds of sound kept ready: less, and a late message is heard
const MOST = 0.16; // seconds; more than that is shed in silence

export class Player {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.audio = null;
    this.muted = false; // the person's choice
    this.silent = false; // the way it is used now: one's own voice is not played back
    this.waiting = []; // {at, image}
    this.playing = new Set();
    this.next = 0;
    this.shown = 0;
    this.draw = this.draw.bind(this);
    requestAnimationFrame(this.draw);
  }

  /** To be called in a click: browsers let nothing be heard before. */
  wake() {
    if (!this.audio) {
      this.audio = new AudioContext({ sampleRate: HZ, latencyHint: "interactive" });
      this.gain = this.audio.createGain();
      this.gain.connect(this.audio.destination);
    }
    this.audio.resume();
    this.loudness();
  }

  loudness() {
    if (this.gain) this.gain.gain.value = this.muted || this.silent ? 0 : 1;
  }

  get heard() {
    return this.audio?.state === "running" && !this.silent;
  }

  /** The sound of a picture; gives the time at which the picture is to be seen, null for at once. */
  sound(frame) {
    if (!this.heard || !frame.sound.length) return null;
    const now = this.audio.currentTime;
    if (this.next < now + 0.005) this.next = now + BUFFER;
    const at = this.next;
    if (frame.idle && at - now > MOST) return at;
    const buffer = this.audio.createBuffer(1, frame.sound.length, HZ);
    const out = buffer.getChannelData(0);
    for (let k = 0; k < out.length; k++) out[k] = frame.sound[k] / 32768;
    const source = this.audio.createBufferSource();
    source.buffer = buffer;
    source.connect(this.gain);
    source.start(at);
    this.playing.add(source);
    source.onended = () => this.playing.delete(source);
    this.next = at + frame.sound.length / HZ;
    return at;
  }

  /** A decoded picture, to be seen at a time of the sound. */
  picture(image, at) {
    this.waiting.push({ image, at });
    while (this.waiting.length > 60) this.waiting.shift().image.close();
  }

  /** Interrupted: what waits is dropped. */
  clear() {
    for (const source of this.playing) source.stop();
    this.playing.clear();
    this.next = 0;
    for (const one of this.waiting) one.at = null;
  }

  draw() {
    requestAnimationFrame(this.draw);
    const late = this.audio?.outputLatency || 0;
    const now = (this.audio?.currentTime ?? 0) - late + 0.008; // half of what a screen shows
    let due = null;
    while (this.waiting.length && (this.waiting[0].at === null || !this.heard || this.waiting[0].at <= now)) {
      due?.image.close();
      due = this.waiting.shift();
    }
    if (!due) return;
    const { image } = due;
    const width = image.displayWidth ?? image.width, height = image.displayHeight ?? image.height;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.context.drawImage(image, 0, 0);
    image.close();
    this.shown += 1;
  }
}
