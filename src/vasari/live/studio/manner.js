// What is steered: the look, the sliders, the emotion, the seed.

const MOST = { yaw: 30, pitch: 20 };
const EMOTIONS = ["neutral", "happy", "sad", "angry", "surprised", "afraid", "disgusted", "contempt"];
const $ = (id) => document.getElementById(id);

/** Calls `changed(style)` with all that is asked for, at most twenty times a second. */
export function manner(changed) {
  const style = { gaze: [0, 0], seed: 0 };
  let waiting = null;
  const tell = () => { waiting ??= setTimeout(() => { waiting = null; changed({ ...style }); }, 50); };
  const pad = look(style, tell);
  const sliders = [...document.querySelectorAll("[data-steer]")];
  for (const slider of sliders) follow(slider, () => { style[slider.dataset.steer] = Number(slider.value); tell(); });
  const emotion = emotions(style, tell);
  $("seed").onchange = () => { style.seed = Math.max(0, Math.round(Number($("seed").value) || 0)); tell(); };
  $("dice").onclick = () => { $("seed").value = Math.floor(Math.random() * 1e6); $("seed").onchange(); };
  $("reset").onclick = () => {
    pad(0, 0);
    for (const slider of sliders) { slider.value = 1; slider.oninput(); }
    emotion(null);
    $("seed").value = 0; $("seed").onchange();
  };
  return style;
}

function follow(slider, changed) {
  const show = () => { slider.parentElement.querySelector("output").textContent = Number(slider.value).toFixed(2); };
  slider.oninput = () => { show(); changed(); };
  show();
}

function look(style, tell) {
  const pad = $("pad"), dot = pad.firstElementChild;
  const put = (yaw, pitch) => {
    const clamp = (x, most) => Math.round(Math.max(-most, Math.min(most, x)));
    const [x, y] = style.gaze = [clamp(yaw, MOST.yaw), clamp(pitch, MOST.pitch)];
    dot.style.left = `${50 + 42 * x / MOST.yaw}%`;
    dot.style.top = `${50 - 42 * y / MOST.pitch}%`;
    const words = [x && `${Math.abs(x)}° ${x > 0 ? "right" : "left"}`, y && `${Math.abs(y)}° ${y > 0 ? "up" : "down"}`];
    pad.setAttribute("aria-valuenow", x);
    pad.setAttribute("aria-valuetext", words.filter(Boolean).join(", ") || "straight ahead");
    tell();
  };
  const drag = (event) => {
    const box = pad.getBoundingClientRect();
    const share = (at, from, size) => ((at - from) / size - 0.5) / 0.42;
    put(share(event.clientX, box.left, box.width) * MOST.yaw, -share(event.clientY, box.top, box.height) * MOST.pitch);
  };
  pad.onpointerdown = (event) => { pad.setPointerCapture(event.pointerId); drag(event); };
  pad.onpointermove = (event) => { if (pad.hasPointerCapture(event.pointerId)) drag(event); };
  pad.ondblclick = () => put(0, 0);
  pad.onkeydown = (event) => {
    const step = event.shiftKey ? 5 : 1;
    const [x, y] = style.gaze;
    const moves = { ArrowLeft: [x - step, y], ArrowRight: [x + step, y], ArrowUp: [x, y + step], ArrowDown: [x, y - step], Home: [0, 0] };
    if (!moves[event.key]) return;
    event.preventDefault();
    put(...moves[event.key]);
  };
  return put;
}

function emotions(style, tell) {
  const row = document.querySelector("#emotions .chips");
  const chips = [null, ...EMOTIONS].map((name) => {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.setAttribute("role", "radio");
    chip.textContent = name ?? "from the voice";
    chip.onclick = () => choose(name);
    row.append(chip);
    return chip;
  });
  const choose = (name) => {
    chips.forEach((chip, k) => {
      const chosen = (name ? EMOTIONS.indexOf(name) + 1 : 0) === k;
      chip.setAttribute("aria-checked", chosen);
      chip.tabIndex = chosen ? 0 : -1;
    });
    style.emotion = name ? { [name]: Number($("strength").value) } : "auto";
    $("strength").disabled = !name;
    tell();
  };
  row.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = chips[(chips.indexOf(document.activeElement) + step + chips.length) % chips.length];
    next.focus();
    next.click();
  };
  follow($("strength"), () => {
    const name = typeof style.emotion === "object" && Object.keys(style.emotion)[0];
    if (name) choose(name);
  });
  choose(null);
  return choose;
}
