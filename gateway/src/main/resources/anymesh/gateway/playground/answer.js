// SPDX-License-Identifier: Apache-2.0
// An answer as it forms: its parts in the order of the tokens that asked for them.

import { mediumOfPart, modalityOfPart } from "./media.js";

export class Answer {
  constructor(number) {
    this.number = number;
    this.parts = [];
    this.usage = null;
    this.route = [];
    this.finish = null;
    this.model = null;
  }

  /** Takes a chunk in, and tells the listener what is new: text, start, progress, done, usage. */
  accept(chunk, tell) {
    this.model = chunk.model ?? this.model;
    const choice = chunk.choices?.[0];
    if (choice?.delta?.content) this.#write(choice.delta.content, tell);
    for (const event of choice?.delta?.parts ?? []) this.#take(event, tell);
    if (choice?.finish_reason) this.finish = choice.finish_reason;
    if (chunk.anymesh) this.route = chunk.anymesh.route;
    if (chunk.usage) {
      this.usage = chunk.usage;
      tell("usage", null);
    }
  }

  #write(text, tell) {
    let part = this.parts.at(-1);
    if (part?.modality !== "text") {
      part = { modality: "text", text: "" };
      this.parts.push(part);
    }
    part.text += text;
    tell("text", part);
  }

  #take(event, tell) {
    let part = this.parts.find((one) => one.index === event.index);
    if (!part) {
      const before = this.parts.filter((one) => one.modality !== "text").length;
      const name = "answer-" + this.number + (before > 0 ? "-" + (before + 1) : "");
      part = { modality: modalityOfPart(event.type), index: event.index, name, step: 0, steps: 0, waiting: false };
      this.parts.push(part);
      tell("start", part);
    }
    if (event.event === "progress") {
      part.waiting = event.waiting === true;
      part.step = event.step;
      part.steps = event.steps;
      part.preview = event.preview?.url ?? part.preview;
      tell("progress", part);
    }
    if (event.event === "done") {
      part.medium = mediumOfPart(event, part.name);
      tell("done", part);
    }
  }

  get text() {
    return this.parts.map((part) => part.text ?? "").join("");
  }

  /** Whether it can be sent back: words that speak of a film which was never finished would only confuse. */
  get isWhole() {
    return this.parts.length > 0 && this.parts.every((part) => part.text || part.medium);
  }
}
