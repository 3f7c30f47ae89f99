// SPDX-License-Identifier: Apache-2.0
// Puts the page together. The conversation is in the middle; everything else listens to it.

import { models } from "./api.js";
import { attachments } from "./attachments.js";
import { chatView } from "./chat-view.js";
import { codeView } from "./code-view.js";
import { composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { find } from "./dom.js";
import { examples } from "./examples.js";
import { meshPanel } from "./mesh-panel.js";
import { recorder } from "./recorder.js";
import { settings } from "./settings.js";
import { tabs } from "./tabs.js";
import { theme } from "./theme.js";

const conversation = new Conversation();
let writing = null;
let recording = null;
let code = null;
const changed = () => code?.draw();
const refresh = () => writing?.refresh();

theme();
const files = attachments(refresh);
const options = settings(refresh);
recording = recorder(files.add);
chatView(conversation, {
  edit(exchange) {
    conversation.remove(exchange);
    writing.fill(exchange.turn);
    find("#prompt").focus();
  },
});
writing = composer(conversation, files, options, () => recording, changed);
code = codeView(conversation, writing.turn);
examples(conversation, options);
meshPanel(conversation);
tabs(find("#panel-tabs"));

find("#panel-toggle").addEventListener("click", (event) => {
  const closed = document.body.classList.toggle("panel-closed");
  event.currentTarget.setAttribute("aria-expanded", String(!closed));
});
find("#new").addEventListener("click", () => {
  conversation.clear();
  find("#prompt").focus();
});

let asked = false;
async function offerModels() {
  try {
    const all = await models();
    options.offer(all);
    find("#notice").textContent = all.length > 0 ? "" : "No model serves yet.";
    if (all.length > 0) return refresh();
  } catch (problem) {
    find("#notice").textContent = problem.message;
    if (problem.status === 401 && !asked) {
      asked = true;
      options.askForKey();
    }
  }
  setTimeout(offerModels, 2000);
}
offerModels().then(refresh);
find("#prompt").focus();
