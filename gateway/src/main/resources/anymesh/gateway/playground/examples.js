// SPDX-License-Identifier: Apache-2.0
// What to begin with, and how to go on: things that the built-in models do well.

import { find, h, icon } from "./dom.js";
import { mediumOf } from "./media.js";

/** take: a file beside this page that is attached. */
const BEGINNINGS = [
  { text: "draw a red bell at the top left", from: ["text"], to: ["image"], settings: { seed: 1 } },
  { text: "what does it sound like?", take: "bell.png", from: ["image"], to: ["audio"], settings: { seed: 2 } },
  { text: "draw what you hear, in green, at the left", take: "bell.wav", from: ["audio"], to: ["image"], settings: { seed: 3 } },
  { text: "film a red bell flying left and let me hear it", from: ["text"], to: ["video", "audio"], settings: { soundtrack: true, seed: 2 } },
  { text: "let it fly left", take: "bell.png", from: ["image"], to: ["video"], settings: { seed: 2 } },
  { text: "draw a small orange cat at the top right by day and let me hear it", from: ["text"], to: ["image", "audio"], settings: { seed: 4 } },
];

const TYPES = { png: "image/png", wav: "audio/wav" };

async function fileOf(name) {
  const response = await fetch(new URL("playground/" + name, document.baseURI));
  return new File([await response.blob()], name, { type: TYPES[name.slice(-3)] });
}

export function examples(conversation, options) {
  const welcome = find("#welcome");
  find("#examples").append(...BEGINNINGS.map((example) => h("li", {}, card(example, async () => {
    const attachments = example.take ? [await mediumOf(await fileOf(example.take), example.from[0])] : [];
    conversation.ask({ text: example.text, attachments, output: "any", settings: { ...options.read(), ...example.settings } });
  }))));
  conversation.on("begin", () => (welcome.hidden = true));
  const empty = () => (welcome.hidden = conversation.exchanges.length > 0);
  conversation.on("cleared", empty);
}

function card(example, onclick) {
  return h("button", { type: "button", class: "example", onclick },
    h("span", { class: "example-path", "aria-hidden": "true" }, example.from.map(glyph), icon("arrow"), example.to.map(glyph)),
    h("span", { class: "example-text" }, example.text),
    example.take ? h("span", { class: "fine" }, "with " + example.take) : null);
}

function glyph(modality) {
  const mark = icon(modality);
  mark.dataset.modality = modality;
  return mark;
}
