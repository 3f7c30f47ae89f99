// SPDX-License-Identifier: Apache-2.0
// The same request in other words: what is being written, or else what was sent last.

import { copied } from "./chat-view.js";
import { find } from "./dom.js";
import { requestOf } from "./request.js";
import { curl } from "./snippet-curl.js";
import { java } from "./snippet-java.js";
import { python } from "./snippet-python.js";
import { tabs } from "./tabs.js";

const LANGUAGES = { curl, python, java };
const PLACEHOLDER = "draw a red bell at the top left";

export function codeView(conversation, draft) {
  const code = find("#code-text");
  const about = find("#code-about");
  let language = "curl";

  function subject() {
    const turn = draft();
    if (turn.text || turn.attachments.length) return [conversation.exchanges, turn, "What you are writing"];
    const last = conversation.exchanges.at(-1);
    if (last) return [conversation.exchanges.slice(0, -1), last.turn, "Your last message"];
    return [[], { ...turn, text: PLACEHOLDER }, "An example"];
  }

  function draw() {
    const [before, turn, what] = subject();
    const isLong = before.length > 0 ? ", with the conversation before it" : "";
    about.textContent = what + isLong + ". Files are read from the folder that you are in.";
    code.textContent = LANGUAGES[language]((data) => requestOf(before, turn, data));
  }

  tabs(find("#languages"), (tab) => {
    language = tab.dataset.language;
    draw();
  });
  find("#copy-code").addEventListener("click", (event) => copied(event.currentTarget, code.textContent));
  for (const event of ["begin", "end", "removed", "cleared"]) conversation.on(event, draw);
  return { draw };
}
