// SPDX-License-Identifier: Apache-2.0
// Plays a sound, with its waveform to see and to seek in.

import { h, icon } from "./dom.js";
import { clock } from "./format.js";
import { peaksOf, waveform } from "./waveform.js";

const STEP = 0.5;

export function soundPlayer(medium, label) {
  const audio = h("audio", { src: medium.view, preload: "auto" });
  const play = h("button", { type: "button", class: "play", "aria-label": "Play " + label }, icon("play"));
  const played = h("div", { class: "wave-played" });
  const slider = h("div", { class: "wave-slider", role: "slider", tabindex: "0", "aria-label": "Position in " + label, "aria-valuemin": "0" }, h("div", { class: "wave-all" }), played);
  const time = h("span", { class: "time" }, "0:00");
  const view = h("div", { class: "sound" }, play, slider, time, audio);

  peaksOf(medium).then((peaks) => {
    slider.firstChild.append(waveform(peaks));
    played.append(waveform(peaks));
    view.dataset.drawn = "true";
  });

  const length = () => (Number.isFinite(audio.duration) ? audio.duration : 0);
  function show() {
    const share = length() ? audio.currentTime / length() : 0;
    slider.style.setProperty("--played", share);
    slider.setAttribute("aria-valuemax", length().toFixed(1));
    slider.setAttribute("aria-valuenow", audio.currentTime.toFixed(1));
    slider.setAttribute("aria-valuetext", audio.currentTime.toFixed(1) + " of " + length().toFixed(1) + " seconds");
    time.textContent = audio.currentTime > 0 ? clock(audio.currentTime) : clock(Math.round(length()));
  }
  function follow() {
    show();
    if (!audio.paused) requestAnimationFrame(follow);
  }
  const seek = (seconds) => {
    audio.currentTime = Math.max(0, Math.min(length(), seconds));
    show();
  };

  play.addEventListener("click", () => (audio.paused ? audio.play() : audio.pause()));
  for (const event of ["play", "pause", "ended"]) {
    audio.addEventListener(event, () => {
      play.replaceChildren(icon(audio.paused ? "play" : "pause"));
      play.setAttribute("aria-label", (audio.paused ? "Play " : "Pause ") + label);
      follow();
    });
  }
  audio.addEventListener("loadedmetadata", show);
  slider.addEventListener("pointerdown", (event) => {
    const to = (pointer) => seek(((pointer.clientX - slider.getBoundingClientRect().left) / slider.clientWidth) * length());
    slider.setPointerCapture(event.pointerId);
    to(event);
    slider.onpointermove = to;
    slider.onpointerup = () => (slider.onpointermove = null);
  });
  slider.addEventListener("keydown", (event) => {
    const by = { ArrowRight: STEP, ArrowUp: STEP, ArrowLeft: -STEP, ArrowDown: -STEP }[event.key];
    if (by) seek(audio.currentTime + by);
    else if (event.key === "Home") seek(0);
    else if (event.key === "End") seek(length());
    else if (event.key === " " || event.key === "Enter") play.click();
    else return;
    event.preventDefault();
  });
  return view;
}
