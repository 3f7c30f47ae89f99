// SPDX-License-Identifier: Apache-2.0
// The shape of a sound, from its decoded samples.

import { bytesOf } from "./media.js";
import { s } from "./dom.js";

const BARS = 72;
const HEIGHT = 40;

/** The loudest sample of each of so many stretches, the loudest of all being 1; null if the browser can't read it. */
export async function peaksOf(medium) {
  try {
    const decoder = new OfflineAudioContext(1, 1, 16_000);
    const samples = (await decoder.decodeAudioData(bytesOf(medium.base64).buffer)).getChannelData(0);
    const peaks = Array.from({ length: BARS }, (_, bar) => {
      const end = Math.floor(((bar + 1) * samples.length) / BARS);
      let peak = 0;
      for (let i = Math.floor((bar * samples.length) / BARS); i < end; i++) peak = Math.max(peak, Math.abs(samples[i]));
      return peak;
    });
    const loudest = Math.max(...peaks, 1e-4);
    return peaks.map((peak) => peak / loudest);
  } catch {
    return null;
  }
}

export function waveform(peaks) {
  const bars = (peaks ?? Array(BARS).fill(0.06)).map((peak, bar) => {
    const height = Math.max(2, peak * HEIGHT);
    return s("rect", { x: bar * 4, y: (HEIGHT - height) / 2, width: 2.4, height, rx: 1.2 });
  });
  return s("svg", { class: "wave", viewBox: "0 0 " + BARS * 4 + " " + HEIGHT, preserveAspectRatio: "none", "aria-hidden": "true" }, bars);
}
