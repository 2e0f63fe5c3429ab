// A conversation with the server: over a WebSocket, or over WebRTC.

import { unpack } from "./wire.js";

const CODEC = { codec: "avc1.42E01F", optimizeForLatency: true };
const RTC_SECONDS = 6;
const BEHIND = 20; // pictures that wait to be decoded before some are left out

/** What both kinds tell: ready, frame (one picture's data), ended (why), failed (a sentence). */
class Link {
  constructor(player, tell) {
    this.player = player;
    this.tell = tell;
    this.over = false;
  }
  say(type, more = {}) { this.send(JSON.stringify({ type, ...more })); }
  sound(samples) { this.send(samples.buffer.slice(samples.byteOffset, samples.byteOffset + samples.byteLength)); }
  heard(text) {
    const message = JSON.parse(text);
    if (message.type === "error") this.tell.failed(message.error);
    if (message.type === "ready") this.tell.ready(message);
  }
  end(why) {
    if (this.over) return;
    this.over = true;
    this.close();
    this.tell.ended(why);
  }
}

export class SocketLink extends Link {
  name = "WebSocket";

  async open(start) {
    this.format = await h264() ? "h264" : "jpeg";
    this.name = `WebSocket, ${this.format === "h264" ? "H.264" : "JPEG"}`;
    this.times = new Map();
    if (this.format === "h264") this.decoder = this.decoding();
    const url = new URL("live", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = this.socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(JSON.stringify({ type: "start", ...start, pictures: this.format }));
    socket.onmessage = (event) => typeof event.data === "string" ? this.heard(event.data) : this.came(unpack(event.data));
    socket.onclose = (event) => this.end(event.reason);
  }

  decoding() {
    const decoder = new VideoDecoder({
      output: (image) => {
        const at = this.times.get(image.timestamp);
        this.times.delete(image.timestamp);
        this.player.picture(image, at ?? null);
      },
      error: () => { this.decoder = null; this.say("keyframe"); },
    });
    decoder.configure(CODEC);
    return decoder;
  }

  came(frame) {
    const at = this.player.sound(frame);
    this.tell.frame(frame);
    if (frame.format === "jpeg") this.jpeg(frame, at);
    if (frame.format !== "h264") return;
    if (!this.decoder && frame.key) this.decoder = this.decoding();
    if (this.decoder?.decodeQueueSize > BEHIND) { // this machine is too slow just now: begin anew
      this.decoder.close();
      this.decoder = null;
      this.times.clear();
      this.say("keyframe");
    }
    if (!this.decoder) return;
    const timestamp = frame.index * 25000;
    this.times.set(timestamp, at);
    this.decoder.decode(new EncodedVideoChunk({ type: frame.key ? "key" : "delta", timestamp, data: frame.picture }));
  }

  jpeg(frame, at) {
    const image = createImageBitmap(new Blob([frame.picture], { type: "image/jpeg" }));
    this.order = Promise.all([image, this.order]).then(([made]) => this.player.picture(made, at), () => {});
  }

  send(message) { if (this.socket.readyState === WebSocket.OPEN) this.socket.send(message); }
  close() { this.socket.close(); if (this.decoder?.state === "configured") this.decoder.close(); }
}

export class CallLink extends Link {
  name = "WebRTC";

  /** Rejects where no way is found in time: the other kind of link is taken then. */
  async open(start) {
    const { iceServers } = await (await fetch("rtc")).json();
    const peer = this.peer = new RTCPeerConnection({ iceServers });
    const media = new MediaStream();
    peer.addTransceiver("video", { direction: "recvonly" });
    peer.addTransceiver("audio", { direction: "recvonly" });
    const channel = this.channel = peer.createDataChannel("vasari");
    channel.onmessage = (event) => this.heard(event.data);
    peer.ontrack = ({ track, receiver }) => {
      media.addTrack(track);
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 20;
      if (track.kind === "video") this.video(media);
    };
    peer.onconnectionstatechange = () => {
      if (this.connected && ["failed", "closed", "disconnected"].includes(peer.connectionState)) this.end("The connection was lost.");
    };
    await peer.setLocalDescription();
    await gathered(peer);
    const answer = await fetch("rtc", {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...start, type: "offer", sdp: peer.localDescription.sdp }),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    await peer.setRemoteDescription(said);
    await new Promise((resolve, reject) => {
      channel.onopen = resolve;
      setTimeout(() => reject(new Error("No way was found for WebRTC.")), RTC_SECONDS * 1000);
    });
    this.connected = true;
    this.tell.ready({});
  }

  video(media) {
    const screen = this.screen = document.createElement("video");
    screen.playsInline = true;
    screen.srcObject = media;
    screen.muted = true; // until a click: browsers start nothing that is heard
    screen.play().catch(() => {}); // where the call ends before it began
    const next = () => {
      if (this.over) return;
      screen.muted = this.player.muted || !this.player.heard;
      createImageBitmap(screen).then((image) => this.player.picture(image, null), () => {});
      this.tell.frame({ sample: 0, idle: false, unknown: true });
      screen.requestVideoFrameCallback ? screen.requestVideoFrameCallback(next) : requestAnimationFrame(next);
    };
    screen.requestVideoFrameCallback ? screen.requestVideoFrameCallback(next) : screen.addEventListener("playing", next);
  }

  send(message) { if (this.channel?.readyState === "open") this.channel.send(message); }
  close() { this.peer?.close(); this.screen?.pause(); }
}

async function h264() {
  if (!("VideoDecoder" in window)) return false; // also where the page is neither local nor https
  try { return (await VideoDecoder.isConfigSupported(CODEC)).supported; } catch { return false; }
}

function gathered(peer) {
  if (peer.iceGatheringState === "complete") return null;
  return new Promise((resolve) => {
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && resolve();
    setTimeout(resolve, 2000);
  });
}
