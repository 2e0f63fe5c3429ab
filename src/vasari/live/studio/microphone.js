// In the sound's own thread: pieces of 10 ms to the page.

const PIECE = 160;

class Pieces extends AudioWorkletProcessor {
  constructor() { super(); this.piece = new Float32Array(PIECE); this.filled = 0; }
  process([input]) {
    for (const x of input[0] ?? []) {
      this.piece[this.filled++] = x;
      if (this.filled === PIECE) { this.port.postMessage(this.piece); this.filled = 0; }
    }
    return true;
  }
}
registerProcessor("microphone", Pieces);
