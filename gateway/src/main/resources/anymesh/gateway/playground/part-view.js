// SPDX-License-Identifier: Apache-2.0
// A part of an answer, from its first sign to the whole: text, picture, sound or film.

import { h, icon } from "./dom.js";
import { bytes } from "./format.js";
import { NOUN } from "./media.js";
import { soundPlayer } from "./sound-player.js";

export function partView(part) {
  return part.modality === "text" ? textView(part) : mediumView(part);
}

function textView(part) {
  const element = h("p", { class: "part part-text" });
  return { element, update: () => (element.textContent = part.text.trim()) };
}

function mediumView(part) {
  const noun = NOUN[part.modality];
  const stage = h("div", { class: "bloom" }, icon(part.modality));
  const preview = h("img", { class: "preview", alt: "", hidden: true });
  const bar = h("progress", { max: "1", "aria-label": "Progress of the " + noun });
  const note = h("span", { class: "note" }, "signal fired");
  const element = h("figure", { class: "part part-medium", "data-modality": part.modality, "data-state": "forming" },
    h("div", { class: "frame" }, preview, stage), h("figcaption", {}, h("span", { class: "kind" }, noun), note, bar));

  function progress() {
    const share = part.steps ? part.step / part.steps : 0;
    element.style.setProperty("--formed", share);
    note.textContent = part.waiting ? "waiting for a generator to wake" : "step " + part.step + " of " + part.steps;
    if (part.steps) bar.value = share;
    if (part.preview && part.preview !== preview.src) {
      preview.src = part.preview;
      preview.hidden = false;
    }
  }

  function done() {
    element.dataset.state = "done";
    element.style.setProperty("--formed", 1);
    element.replaceChildren(h("div", { class: "frame" }, shown(part)), caption(part));
  }

  return {
    element,
    update(what) {
      if (what === "progress") progress();
      if (what === "done") done();
    },
    /** It will not be finished. */
    end() {
      if (part.medium) return;
      element.dataset.state = "unfinished";
      note.textContent = "not finished";
      bar.remove();
    },
  };
}

function shown({ modality, medium }) {
  if (modality === "image") return h("img", { src: medium.view, alt: "Generated picture " + medium.name, class: "made" });
  if (modality === "video") {
    return h("video", { src: medium.view, controls: true, loop: true, playsinline: true, preload: "auto", class: "made", "aria-label": "Generated film " + medium.name });
  }
  return soundPlayer(medium, "sound " + medium.name);
}

function caption({ modality, medium }) {
  return h("figcaption", {},
    h("span", { class: "kind" }, NOUN[modality]),
    h("span", { class: "note" }, medium.name + ", " + bytes(medium.bytes)),
    h("a", { class: "icon-button", href: medium.view, download: medium.name, title: "Download" }, icon("download"),
      h("span", { class: "visually-hidden" }, "Download " + medium.name)));
}
