// SPDX-License-Identifier: Apache-2.0
// What one could ask next about what came out.

import { h } from "./dom.js";

const ABOUT = {
  image: ["draw it in blue", "let it fly left", "what does it sound like?"],
  audio: ["draw what you hear, in green, at the left", "what do you hear?"],
  video: ["what happens?", "what does it sound like?"],
};

/** Suggestions for the first medium of an answer; null if it has none. */
export function followUps(exchange, ask) {
  const first = exchange.answer.parts.find((part) => part.medium);
  if (!first || exchange.state !== "done") return null;
  const asked = (text) => ask({ text, attachments: [], output: "any", settings: exchange.turn.settings });
  return h("div", { class: "follow-ups", role: "group", "aria-label": "Go on with" },
    ABOUT[first.modality].filter((text) => text !== exchange.turn.text).map((text) => h("button", { type: "button", onclick: () => asked(text) }, text)));
}
