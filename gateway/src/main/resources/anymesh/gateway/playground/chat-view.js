// SPDX-License-Identifier: Apache-2.0
// The conversation on the page.

import { button, find, h } from "./dom.js";
import { followUps } from "./follow-ups.js";
import { count, milliseconds } from "./format.js";
import { NOUN } from "./media.js";
import { partView } from "./part-view.js";
import { problemView } from "./problem-view.js";
import { thumbnail } from "./thumbnail.js";

const FAR = 480;

export function chatView(conversation, { edit }) {
  const log = find("#log");
  const status = find("#status");
  const views = new Map();

  conversation.on("begin", (exchange) => {
    const view = exchangeView(exchange);
    views.set(exchange, view);
    log.append(view.element);
    status.textContent = "Answering.";
    view.element.scrollIntoView({ block: "start", behavior: motion() });
  });
  conversation.on("part", (exchange, what, part) => {
    views.get(exchange).part(what, part);
    if (what === "start") status.textContent = "A " + NOUN[part.modality] + " has begun.";
    if (what === "done") status.textContent = "The " + NOUN[part.modality] + " is there.";
    follow();
  });
  conversation.on("end", (exchange) => {
    views.get(exchange).end(conversation, edit);
    status.textContent = { done: "The answer is complete.", stopped: "Stopped.", failed: "The answer failed." }[exchange.state];
    follow();
  });
  conversation.on("removed", (exchange) => {
    views.get(exchange)?.element.remove();
    views.delete(exchange);
  });
  conversation.on("cleared", () => {
    views.clear();
    log.replaceChildren();
    status.textContent = "A new conversation.";
  });

  /** Keeps the end in sight above the composer, unless the reader has scrolled away from it. */
  function follow() {
    const below = log.getBoundingClientRect().bottom - find("#composer").getBoundingClientRect().top;
    if (below <= 0 || below > FAR) return;
    const scroller = find("#scroller");
    const scrolls = scroller.scrollHeight > scroller.clientHeight ? scroller : document.scrollingElement; // on a phone the page does
    scrolls.scrollBy({ top: below + 12, behavior: motion() });
  }
}

const motion = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

function exchangeView(exchange) {
  const { turn } = exchange;
  const parts = h("div", { class: "parts" });
  const answer = h("div", { class: "answer", "aria-busy": "true" }, parts, h("span", { class: "thinking", "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"), h("i")));
  const element = h("article", { class: "exchange", "data-state": "forming" },
    h("div", { class: "question" }, h("h2", { class: "visually-hidden" }, "You asked"),
      turn.attachments.length ? h("div", { class: "thumbnails" }, turn.attachments.map((medium) => thumbnail(medium))) : null,
      turn.text ? h("p", {}, turn.text) : null),
    h("h2", { class: "visually-hidden" }, "Answer"), answer);
  const views = new Map();

  function part(what, part) {
    if (!part) return;
    if (!views.has(part)) {
      views.set(part, partView(part));
      parts.append(views.get(part).element);
    }
    views.get(part).update(what);
  }

  function end(conversation, edit) {
    element.dataset.state = exchange.state;
    answer.setAttribute("aria-busy", "false");
    answer.querySelector(".thinking").remove();
    views.forEach((view) => view.end?.());
    if (exchange.problem) {
      answer.append(problemView(exchange.problem, turn, { retry: () => conversation.retry(exchange), edit: () => edit(exchange) }));
    } else {
      answer.append(...[footer(exchange, conversation), followUps(exchange, (turn) => conversation.ask(turn))].filter(Boolean));
    }
  }
  return { element, part, end };
}

function footer(exchange, conversation) {
  const { answer, state } = exchange;
  const facts = [state === "stopped" ? "stopped" : null, milliseconds(exchange.milliseconds),
    answer.usage ? count(answer.usage.completion_tokens, "token", "tokens") : null,
    answer.finish === "length" ? "cut at the longest answer" : null, answer.model];
  const again = button("retry", "Try again", () => conversation.retry(exchange), { quiet: true });
  again.classList.add("again");
  return h("footer", { class: "answer-foot" },
    h("span", { class: "facts" }, facts.filter(Boolean).join("  ·  ")),
    answer.text ? button("copy", "Copy the text", (event) => copied(event.currentTarget, answer.text.trim()), { quiet: true }) : null,
    again);
}

/** Copies a text, and shows on the button that it did. */
export async function copied(control, text) {
  await navigator.clipboard.writeText(text);
  control.dataset.copied = "true";
  find("#status").textContent = "Copied.";
  setTimeout(() => delete control.dataset.copied, 1500);
}
