// The studio: joins the page's parts. Each part knows the page and nothing of the others.

import { CallLink, SocketLink } from "./link.js";
import { manner } from "./manner.js";
import { Player } from "./player.js";
import { device, Microphone, samplesOf } from "./voice.js";
import { HZ, wav } from "./wire.js";

const $ = (id) => document.getElementById(id);
const PIECE = HZ / 5; // samples sent at once of what is not spoken into a microphone
const AHEAD = 8; // seconds of it that wait on the server
const REST_SECONDS = 240; // without a word, after which the place is given to others
const options = new URLSearchParams(location.search);

const player = new Player($("canvas"));
const state = {
  face: null, link: null, opening: null, health: null, voice: null, // the last one: {blob}
  queue: [], sent: 0, shown: 0, speaking: false, touched: performance.now(), turn: 0,
};
const style = manner((now) => { state.touched = performance.now(); state.link?.say("style", { style: now }); });

// --- small things

function say(sentence) {
  $("message").textContent = sentence || "";
  $("message").hidden = !sentence;
}

async function ask(path, init) {
  const answer = await fetch(path, init);
  if (answer.status === 204) return null;
  const kind = answer.headers.get("content-type") || "";
  const content = kind.includes("json") ? await answer.json() : await answer.blob();
  if (!answer.ok) throw new Error(content.error || "The server did not answer as it should.");
  return content;
}

function tried(work) {
  return async (...args) => {
    say("");
    try { return await work(...args); } catch (error) { say(error.message); return null; }
  };
}

function agreed() {
  if ($("consent").checked) return true;
  $("consent-box").classList.add("asked");
  $("consent").focus();
  say("First tick that the people in question agreed to this.");
  return false;
}

function showState() {
  const words = !state.link ? (state.face ? "Resting: press to wake" : "Nobody is here yet")
    : state.speaking ? "Speaking" : mic.on ? "Listening to you" : "Here, and quiet";
  if ($("state").textContent !== words) $("state").textContent = words;
  $("frame").classList.toggle("speaking", state.speaking);
  $("stop").disabled = !(state.speaking || state.queue.length);
  $("way").textContent = state.link?.name ?? "none";
}

async function places() {
  const health = state.health = await ask("health");
  $("server").textContent = health.free ? `${health.free} of ${health.sessions + health.free} places free` : "all places taken";
  $("server").className = `chip ${health.free ? "good" : "bad"}`;
  return health;
}

// --- the conversation

async function connected() {
  state.touched = performance.now();
  if (state.link) return state.link;
  state.opening ??= open().finally(() => { state.opening = null; });
  return state.opening;
}

async function open() {
  if (!state.face) throw new Error("Choose a portrait first.");
  const health = await places();
  if (!health.free) throw new Error("All places are taken just now: try again in a while.");
  for (const Kind of kinds()) {
    const link = new Kind(player, {
      ready: () => {}, frame: came, failed: say,
      ended: (why) => { if (state.link === link) lost(why); },
    });
    try {
      await link.open({ face: state.face, fps: 40, style: { ...style }, stamp: options.has("stamp") });
    } catch (error) {
      link.over = true;
      link.close();
      if (Kind === SocketLink) throw error;
      continue;
    }
    await new Promise((resolve, reject) => waitFor(link, resolve, reject));
    state.link = link;
    places();
    Object.assign(state, { queue: [], sent: 0, shown: 0 });
    $("welcome").hidden = true;
    showState();
    return link;
  }
}

/** Until the first picture came. */
function waitFor(link, resolve, reject) {
  const since = performance.now(), shown = player.shown;
  const look = () => {
    if (link.over) reject(new Error("The server ended the conversation."));
    else if (player.shown > shown) resolve();
    else if (performance.now() - since > 15000) reject(new Error("No picture came."));
    else setTimeout(look, 20);
  };
  look();
}

function kinds() {
  const way = options.get("transport") || $("transport").value;
  if (way === "ws") return [SocketLink];
  if (way === "rtc") return [CallLink, SocketLink];
  const near = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  return near || !("RTCPeerConnection" in window) ? [SocketLink] : [CallLink, SocketLink];
}

function lost(why) {
  state.link = null;
  state.queue = [];
  state.speaking = false;
  if (mic.on) mic.stop();
  if (why) say(why);
  showState();
}

function close() {
  const link = state.link;
  lost("");
  link?.say("bye");
  link?.close();
}

function came(frame) {
  if (!frame.unknown) {
    if (frame.sample >= 0) state.shown = frame.sample;
    state.speaking = !frame.idle && !mic.on || (frame.sample >= 0 && !mic.on);
    if (frame.end) state.speaking = false;
  } else {
    state.shown = Math.min(state.sent, Math.max(state.shown, (performance.now() - state.began) / 1000 * HZ));
    state.speaking = !mic.on && state.shown < state.sent;
  }
  pump();
  showState();
}

/** Send what waits to be said, never far ahead, so that an interruption finds little to drop. */
function pump() {
  while (state.queue.length && state.sent - state.shown < AHEAD * HZ) {
    const piece = state.queue.shift();
    state.sent += piece.length;
    state.link.sound(piece);
    if (!state.queue.length) state.link.say("flush");
  }
}

async function speak(blob) {
  state.voice = { blob };
  $("make").disabled = false;
  player.silent = false;
  player.wake();
  const [samples] = await Promise.all([samplesOf(blob), connected()]);
  await interrupt();
  state.began = performance.now() - state.sent / HZ * 1000;
  for (let k = 0; k < samples.length; k += PIECE) state.queue.push(samples.subarray(k, k + PIECE));
  pump();
}

async function interrupt() {
  if (mic.on) mic.stop();
  state.queue = [];
  state.shown = state.sent;
  state.link?.say("interrupt");
  player.clear();
  state.speaking = false;
  showState();
}

// --- portraits

async function listFaces(choose) {
  const faces = await ask("faces");
  $("faces").replaceChildren(...faces.map(faceButton));
  if (choose) await chooseFace(choose);
  else if (!faces.some((face) => face.id === state.face)) {
    if (faces.length) await chooseFace(faces[0].id);
  } else mark();
  return faces;
}

function faceButton(face) {
  const box = document.createElement("div");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "face";
  button.dataset.face = face.id;
  button.setAttribute("role", "radio");
  button.setAttribute("aria-label", face.id === "demo" ? "Eileen Collins, NASA" : "A portrait of yours");
  button.onclick = tried(() => chooseFace(face.id));
  const image = document.createElement("img");
  image.src = face.picture.slice(1);
  image.alt = "";
  button.append(image);
  box.append(button);
  if (face.expires_in === null) return box;
  const forget = document.createElement("button");
  forget.type = "button";
  forget.className = "forget";
  forget.setAttribute("aria-label", "Forget this portrait");
  forget.innerHTML = '<svg><use href="#i-bin"/></svg>';
  forget.onclick = tried(async () => {
    if (state.face === face.id) { close(); state.face = null; }
    await ask(`faces/${face.id}`, { method: "DELETE" });
    await listFaces();
  });
  box.append(forget);
  return box;
}

function mark() {
  for (const button of document.querySelectorAll(".face")) {
    const chosen = button.dataset.face === state.face;
    button.setAttribute("aria-checked", chosen);
    button.tabIndex = chosen ? 0 : -1;
  }
}

async function chooseFace(id) {
  if (state.face === id && state.link) return;
  close();
  state.face = id;
  $("before").src = `faces/${id}/picture`;
  mark();
  await still();
  await connected();
}

/** The photo itself, until the face moves. */
async function still() {
  await $("before").decode();
  const canvas = $("canvas");
  canvas.getContext("2d").drawImage($("before"), 0, 0, canvas.width, canvas.height);
  $("welcome").hidden = true;
}

const addFace = tried(async (blob) => {
  if (!blob || !agreed()) return;
  const waiting = document.createElement("div");
  const thumb = document.createElement("div");
  thumb.className = "face reading";
  const image = document.createElement("img");
  image.src = URL.createObjectURL(blob);
  image.onerror = () => image.remove();
  thumb.append(image);
  waiting.append(thumb);
  $("faces").append(waiting);
  $("notes").textContent = "Reading the portrait…";
  try {
    const form = new FormData();
    form.append("picture", blob, "portrait");
    form.append("consent", "true");
    const face = await ask("faces", { method: "POST", body: form });
    $("notes").textContent = face.notes.join(" ");
    await listFaces(face.id);
  } catch (error) {
    $("notes").textContent = "";
    waiting.remove();
    throw error;
  } finally {
    URL.revokeObjectURL(image.src);
  }
});

const camera = {
  async open() {
    this.stream = await device({ video: { facingMode: "user", width: 1280, height: 1280 } });
    $("camera-video").srcObject = this.stream;
    await $("camera-video").play();
    $("viewfinder").hidden = false;
  },
  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
    $("viewfinder").hidden = true;
  },
  async shoot() {
    const video = $("camera-video"), canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    this.close();
    await addFace(await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95)));
  },
};

// --- microphones: to record, and live

const level = (panel) => (value) => { document.querySelector(`#${panel} meter`).value = value; };

const mic = {
  on: false, pieces: [],
  async start() {
    await connected();
    await interrupt();
    player.silent = !$("echo").checked;
    attend();
    player.wake();
    this.pieces = [];
    this.device = new Microphone();
    await this.device.start((piece) => {
      if (!state.link) return;
      if (!$("attend").checked) {
        if (this.pieces.length < 60000) this.pieces.push(piece);
        state.sent += piece.length;
      }
      state.touched = performance.now();
      state.link.sound(piece);
    }, level("p-live"));
    this.on = true;
    this.show();
  },
  stop() {
    this.device?.stop();
    this.on = false;
    state.link?.say("flush");
    state.link?.say("say");
    if (this.pieces.length) { state.voice = { blob: wav(this.pieces) }; $("make").disabled = false; }
    level("p-live")(0);
    this.show();
  },
  show() {
    $("live").setAttribute("aria-pressed", this.on);
    $("live").querySelector("span").textContent = this.on ? "Stop" : "Speak, and it speaks with you";
    showState();
  },
};

/** Whether it says what the microphone hears, or listens to it. */
function attend() {
  state.link?.say($("attend").checked ? "listen" : "say");
}

const recorder = {
  on: false, pieces: [],
  async start() {
    await interrupt();
    this.pieces = [];
    this.device = new Microphone();
    await this.device.start((piece) => this.pieces.push(piece), level("p-record"));
    this.on = true;
    this.show();
  },
  async stop() {
    this.device.stop();
    this.on = false;
    level("p-record")(0);
    this.show();
    await speak(wav(this.pieces));
  },
  show() {
    $("record").setAttribute("aria-pressed", this.on);
    $("record").querySelector("span").textContent = this.on ? "Stop, and hear it" : "Record what it shall say";
  },
};

// --- videos

const making = { id: null };

async function makeVideo() {
  if (!agreed()) return;
  const form = new FormData();
  form.append("face", state.face);
  form.append("sound", state.voice.blob, "voice");
  form.append("style", JSON.stringify(style));
  form.append("size", $("size").value);
  form.append("consent", "true");
  $("made").hidden = true;
  const video = await ask("videos", { method: "POST", body: form });
  making.id = video.id;
  $("making").hidden = false;
  $("make").disabled = true;
  try { await watched(video.id); } finally {
    $("making").hidden = true;
    $("make").disabled = false;
  }
}

async function watched(id) {
  for (;;) {
    const video = await ask(`videos/${id}`);
    if (video.total) $("progress").value = video.done / video.total;
    else $("progress").removeAttribute("value");
    if (video.state === "failed") throw new Error(video.error);
    if (video.state === "done") {
      $("film").src = $("download").href = video.file.slice(1);
      $("made").hidden = false;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (making.id !== id) return;
  }
}

async function cancelVideo() {
  const id = making.id;
  making.id = null;
  await ask(`videos/${id}`, { method: "DELETE" });
}

// --- the page

function tabs() {
  const all = [...document.querySelectorAll("[role=tab]")];
  const choose = (tab) => {
    for (const one of all) {
      one.setAttribute("aria-selected", one === tab);
      one.tabIndex = one === tab ? 0 : -1;
      $(one.getAttribute("aria-controls")).hidden = one !== tab;
    }
    tab.focus();
  };
  all.forEach((tab, k) => {
    tab.onclick = () => choose(tab);
    tab.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) choose(all[(k + step + all.length) % all.length]);
    };
  });
  return (id) => choose($(id));
}

function themes() {
  const set = (name) => { document.documentElement.dataset.theme = name; };
  const kept = options.get("theme") || localStorage.getItem("theme");
  if (kept) set(kept);
  $("theme").onclick = () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark"
      || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
    set(dark ? "light" : "dark");
    localStorage.setItem("theme", dark ? "light" : "dark");
  };
}

function dropping(choose) {
  const files = (event) => [...(event.dataTransfer?.items ?? [])].some((item) => item.kind === "file");
  addEventListener("dragover", (event) => { if (files(event)) { event.preventDefault(); $("drop").hidden = false; } });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) $("drop").hidden = true; });
  addEventListener("drop", (event) => {
    event.preventDefault();
    $("drop").hidden = true;
    const file = event.dataTransfer.files[0];
    if (!file) return;
    if (file.type.startsWith("audio/") || file.type.startsWith("video/")) { choose("tab-file"); takeSound(file); }
    else addFace(file);
  });
}

let dropped = null;
const takeSound = tried(async (file) => {
  if (!file) return;
  dropped = file;
  $("sound-name").textContent = file.name;
  $("again").disabled = false;
  if (agreed()) await speak(file);
});

function wire() {
  $("picture").onchange = () => { addFace($("picture").files[0]); $("picture").value = ""; };
  $("consent").onchange = () => { $("consent-box").classList.remove("asked"); say(""); };
  $("camera").onclick = tried(() => camera.open());
  $("no-camera").onclick = () => camera.close();
  $("shoot").onclick = tried(() => camera.shoot());
  $("speak").onclick = tried(async () => {
    if (!agreed()) return;
    player.wake();
    const body = JSON.stringify({ text: $("text").value, voice: $("speaker").value });
    await speak(await ask("speech", { method: "POST", headers: { "content-type": "application/json" }, body }));
  });
  $("sound").onchange = () => { takeSound($("sound").files[0]); $("sound").value = ""; };
  $("again").onclick = tried(async () => { if (agreed()) await speak(dropped); });
  $("record").onclick = tried(async () => recorder.on ? recorder.stop() : agreed() && recorder.start());
  $("live").onclick = tried(async () => mic.on ? mic.stop() : agreed() && mic.start());
  $("echo").onchange = () => { player.silent = mic.on && !$("echo").checked; player.loudness(); };
  $("attend").onchange = () => mic.on && attend();
  $("stop").onclick = tried(interrupt);
  $("mute").onclick = () => {
    player.muted = !player.muted;
    player.loudness();
    $("mute").setAttribute("aria-pressed", player.muted);
    $("mute").querySelector("use").setAttribute("href", player.muted ? "#i-mute" : "#i-sound");
  };
  $("compare").onclick = () => {
    const on = $("before").hidden;
    $("before").hidden = $("divider").hidden = !on;
    $("compare").setAttribute("aria-pressed", on);
  };
  $("divider").oninput = () => $("before").style.setProperty("--share", `${$("divider").value}%`);
  $("make").onclick = tried(makeVideo);
  $("cancel").onclick = tried(cancelVideo);
  $("canvas").onclick = tried(() => state.face && connected());
  $("transport").onchange = tried(async () => { close(); await connected(); });
}

function rest() {
  const tired = performance.now() - state.touched > REST_SECONDS * 1000;
  if (state.link && !state.speaking && !mic.on && (tired || document.hidden)) close();
}

async function begin() {
  const health = await places();
  document.querySelector(".ai").hidden = health.badge;
  $("kept").textContent = `, and it forgets them after ${Math.round(health.keeps_seconds / 60)} minutes`;
  const voices = Object.entries(health.voices);
  $("speaker").replaceChildren(...voices.map(([id, name]) => new Option(name, id)));
  $("no-speech").hidden = voices.length > 0;
  $("speak").disabled = $("speaker").disabled = !voices.length;
  while (!(await listFaces()).length && performance.now() < 30000) {
    await new Promise((resolve) => setTimeout(resolve, 1000)); // the demo portrait is still being read
    if (document.querySelector(".reading")) return;
  }
}

themes();
const choose = tabs();
dropping(choose);
wire();
document.activeElement?.blur();
setInterval(rest, 5000);
setInterval(() => { $("figures").textContent = `${player.shown} pictures shown`; }, 1000);
document.addEventListener("visibilitychange", tried(async () => { if (!document.hidden && state.face) await connected(); }));
addEventListener("pointerdown", () => { state.touched = performance.now(); }, { capture: true });
tried(begin)();
window.studio = { state, player }; // for tests, and for the curious
