// SPDX-License-Identifier: Apache-2.0
// What was said, and what is being answered. Views listen: begin, chunk, part, end, removed, cleared.

import { Problem, chat } from "./api.js";
import { Answer } from "./answer.js";
import { requestOf } from "./request.js";

export class Conversation {
  exchanges = [];
  #listeners = {};
  #abort = null;
  #asked = 0;

  on(event, listener) {
    (this.#listeners[event] ??= []).push(listener);
  }

  #tell(event, ...details) {
    (this.#listeners[event] ?? []).forEach((listener) => listener(...details));
  }

  /** The exchange that is being answered, if any. */
  get forming() {
    return this.exchanges.find((exchange) => exchange.state === "forming") ?? null;
  }

  /** A turn has text, attachments, output (a modality, or any) and settings. */
  async ask(turn) {
    if (this.forming) return;
    this.#asked += 1;
    const exchange = { turn, answer: new Answer(this.#asked), problem: null, state: "forming", milliseconds: 0 };
    const request = requestOf(this.exchanges, turn);
    this.exchanges.push(exchange);
    const abort = new AbortController();
    this.#abort = abort;
    const begun = performance.now();
    this.#tell("begin", exchange, request);
    try {
      for await (const chunk of chat(request, abort.signal)) {
        abort.signal.throwIfAborted(); // what was already here is not wanted any more
        this.#tell("chunk", exchange);
        exchange.answer.accept(chunk, (what, part) => this.#tell("part", exchange, what, part));
      }
      exchange.state = "done";
    } catch (failure) {
      exchange.state = failure.name === "AbortError" ? "stopped" : "failed";
      exchange.problem = exchange.state === "failed" ? known(failure) : null;
    }
    exchange.milliseconds = performance.now() - begun;
    if (this.exchanges.includes(exchange)) this.#tell("end", exchange);
  }

  stop() {
    this.#abort?.abort();
  }

  /** Asks the last turn anew. */
  retry(exchange) {
    if (this.forming) return;
    this.remove(exchange);
    return this.ask(exchange.turn);
  }

  remove(exchange) {
    this.exchanges = this.exchanges.filter((other) => other !== exchange);
    this.#tell("removed", exchange);
  }

  clear() {
    this.stop();
    this.exchanges = [];
    this.#tell("cleared");
  }
}

function known(failure) {
  if (failure instanceof Problem) return failure;
  console.error(failure);
  return new Problem("cut", "The answer could not be read.");
}
