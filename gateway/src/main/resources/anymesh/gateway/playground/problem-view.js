// SPDX-License-Identifier: Apache-2.0
// What went wrong, where, and what to do about it.

import { button, h, icon } from "./dom.js";

const ADVICE = {
  context_length_exceeded: "The conversation is longer than the model can read. Start a new one, or take attachments out.",
  model_not_found: "Choose a model that is served under Settings.",
  unsupported_modality: "Nothing in this mesh makes or reads that. Choose another kind of answer, or take the attachment out.",
  overloaded: "The mesh has as much to do as it can take.",
  stage_unavailable: "A stage that this needs does not serve right now. The picture of the mesh shows which.",
  model_not_ready: "A model is still being loaded.",
  deadline_exceeded: "It took longer than a request may. Ask for less at once, or try again when there is less to do.",
  inference_failed: "A model failed at this. Another seed or other words may work.",
};

const BY_STATUS = {
  400: "Change what is named above and send it again.",
  413: "Send fewer or smaller files.",
  429: "The mesh has as much to do as it can take.",
};

function title({ kind, status }) {
  if (kind !== "refused") return kind === "lost" ? "No connection" : "Cut off";
  if (status === 429 || status === 503) return "Not now";
  return status !== null && status < 500 ? "Not accepted" : "Failed";
}

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function advice(problem) {
  if (problem.kind === "lost") return "See whether the gateway runs and whether you are online. Nothing was lost here: try again.";
  if (problem.kind === "cut") return "What had come is kept above. Ask again for the whole answer.";
  const what = ADVICE[problem.code] ?? BY_STATUS[problem.status] ?? "Try again; if it stays, the gateway's log knows more.";
  return problem.retryAfter ? what + " Try again in " + problem.retryAfter + " s." : what;
}

/** The parameter in words, where it is one of the files that were sent. */
function place(problem, turn) {
  const part = /content\[(\d+)\]/.exec(problem.param ?? "");
  const attachment = part && turn.attachments[Number(part[1])];
  return attachment ? attachment.name + " (" + problem.param + ")" : problem.param;
}

export function problemView(problem, turn, { retry, edit }) {
  const where = place(problem, turn);
  return h("section", { class: "problem", role: "alert" },
    h("h3", {}, icon("warning"), title(problem), problem.status ? h("span", { class: "code" }, String(problem.status)) : null),
    h("p", { class: "problem-message" }, sentence(problem.message)),
    where ? h("p", { class: "problem-where" }, "In ", h("code", {}, where)) : null,
    h("p", { class: "problem-advice" }, advice(problem)),
    h("div", { class: "actions" }, button("retry", "Try again", retry), button("edit", "Edit", edit)),
    problem.requestId ? h("p", { class: "fine" }, "Request ", h("code", {}, problem.requestId)) : null,
  );
}
