// Sound from files and microphones, as 16-bit samples at 16 kHz.

import { HZ, pcm } from "./wire.js";

/** Microphone or camera. */
export async function device(wanted) {
  if (!navigator.mediaDevices) throw new Error("Browsers give microphones and cameras to https pages only: put a proxy with TLS before this server, or drop a file.");
  return navigator.mediaDevices.getUserMedia(wanted);
}

/** All of a sound file, (n,) int16. */
export async function samplesOf(blob) {
  const context = new OfflineAudioContext(1, 1, HZ);
  const decoded = await context.decodeAudioData(await blob.arrayBuffer()); // to 16 kHz
  const mono = new Float32Array(decoded.length);
  for (let c = 0; c < decoded.numberOfChannels; c++) {
    const channel = decoded.getChannelData(c);
    for (let k = 0; k < mono.length; k++) mono[k] += channel[k] / decoded.numberOfChannels;
  }
  return pcm(mono);
}

/** A microphone that gives pieces of 10 ms until it is stopped. */
export class Microphone {
  async start(piece, level) {
    this.stream = await device({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    this.context = new AudioContext({ sampleRate: HZ, latencyHint: "interactive" });
    await this.context.audioWorklet.addModule("studio/microphone.js");
    const node = new AudioWorkletNode(this.context, "microphone", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => {
      const peak = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      level(Math.min(1, peak * 1.4));
      piece(pcm(data));
    };
    this.context.createMediaStreamSource(this.stream).connect(node);
  }
  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.context?.close();
  }
}
