// The messages of /live: see docs/live.md.

export const HZ = 16000;
const HEADER = 24;
const FORMATS = ["none", "h264", "jpeg"];

/** One picture with its sound, as it came. */
export function unpack(buffer) {
  const view = new DataView(buffer);
  if (view.byteLength < HEADER || view.getUint8(0) !== 0x56) throw new Error("no picture of Vasari");
  const flags = view.getUint8(3);
  const size = view.getUint32(16, true);
  const sound = view.getUint32(20, true);
  return {
    format: FORMATS[view.getUint8(2)],
    key: Boolean(flags & 1), end: Boolean(flags & 2), idle: Boolean(flags & 4),
    index: view.getUint32(4, true),
    sample: Number(view.getBigInt64(8, true)),
    picture: new Uint8Array(buffer, HEADER, size),
    sound: new Int16Array(buffer.slice(HEADER + size, HEADER + size + sound)),
  };
}

/** 16-bit samples of floats. */
export function pcm(floats) {
  const out = new Int16Array(floats.length);
  for (let k = 0; k < floats.length; k++) out[k] = Math.max(-1, Math.min(1, floats[k])) * 32767;
  return out;
}

/** A WAV file of 16-bit samples in pieces. */
export function wav(pieces) {
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  const head = new DataView(new ArrayBuffer(44));
  const word = (at, text) => [...text].forEach((c, k) => head.setUint8(at + k, c.charCodeAt(0)));
  word(0, "RIFF"); head.setUint32(4, 36 + length, true); word(8, "WAVEfmt ");
  head.setUint32(16, 16, true); head.setUint16(20, 1, true); head.setUint16(22, 1, true);
  head.setUint32(24, HZ, true); head.setUint32(28, HZ * 2, true);
  head.setUint16(32, 2, true); head.setUint16(34, 16, true);
  word(36, "data"); head.setUint32(40, length, true);
  return new Blob([head, ...pieces], { type: "audio/wav" });
}
