// SPDX-License-Identifier: Apache-2.0
// Records from the microphone, and shows how loud it is meanwhile.

import { find } from "./dom.js";
import { clock } from "./format.js";
import { wavOf } from "./wav.js";

const LONGEST_SECONDS = 60;

export function recorder(add) {
  const bar = find("#recording");
  const level = find("#level");
  let running = null;
  let number = 0;

  function say(text) {
    find("#notice").textContent = text;
  }

  async function start() {
    say("");
    if (!navigator.mediaDevices) return say("A browser records only on pages from https or from this computer.");
    let microphone;
    try {
      microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      return say("There is no microphone, or this page may not use it.");
    }
    const media = new MediaRecorder(microphone);
    const pieces = [];
    const meter = metered(microphone);
    running = { media, keep: true };
    media.ondataavailable = (event) => pieces.push(event.data);
    media.onstop = async () => {
      const { keep } = running;
      running = null;
      microphone.getTracks().forEach((track) => track.stop());
      meter.close();
      show(false);
      if (!keep) return;
      try {
        number += 1;
        const wav = await wavOf(new Blob(pieces, { type: media.mimeType }));
        await add([new File([wav], "recording-" + number + ".wav", { type: "audio/wav" })]);
      } catch {
        say("Nothing was recorded.");
      }
    };
    media.start();
    show(true);
    follow(meter, performance.now());
  }

  function show(on) {
    bar.hidden = !on;
    find("#record").setAttribute("aria-pressed", String(on));
    find(on ? "#record-keep" : "#prompt").focus();
    find("#status").textContent = on ? "Recording." : "The recording has ended.";
  }

  function follow(meter, begun) {
    if (!running) return;
    const seconds = (performance.now() - begun) / 1000;
    find("#recorded").textContent = clock(seconds);
    level.style.setProperty("--level", meter.loudness());
    if (seconds > LONGEST_SECONDS) stop(true);
    else requestAnimationFrame(() => follow(meter, begun));
  }

  function stop(keep) {
    if (!running) return;
    running.keep = keep;
    if (running.media.state !== "inactive") running.media.stop();
  }

  find("#record").addEventListener("click", () => (running ? stop(true) : start()));
  find("#record-keep").addEventListener("click", () => stop(true));
  find("#record-drop").addEventListener("click", () => stop(false));
  return { cancel: () => stop(false), isOn: () => running !== null };
}

function metered(microphone) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 512 });
  context.createMediaStreamSource(microphone).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    loudness() {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      return Math.min(1, Math.sqrt(power) * 4);
    },
    close: () => context.close(),
  };
}
