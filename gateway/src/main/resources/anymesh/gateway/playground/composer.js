// SPDX-License-Identifier: Apache-2.0
// Where the next turn is put together.

import { find } from "./dom.js";

export function composer(conversation, files, options, recording, changed) {
  const form = find("#composer");
  const prompt = find("#prompt");
  const send = find("#send");
  const stop = find("#stop");
  const outputs = () => form.elements.output;

  const turn = () => ({
    text: prompt.value.trim(),
    attachments: files.all(),
    output: outputs().value,
    settings: options.read(),
  });

  function refresh() {
    const { text, attachments, settings } = turn();
    const forming = conversation.forming !== null;
    send.disabled = forming || settings.model === "" || (text === "" && attachments.length === 0);
    send.hidden = forming;
    stop.hidden = !forming;
    changed();
  }

  function grow() {
    prompt.style.height = "auto";
    prompt.style.height = Math.min(prompt.scrollHeight, innerHeight * 0.4) + "px";
  }

  function submit() {
    refresh();
    if (send.disabled) return;
    const asked = turn();
    fill({ text: "", attachments: [], output: asked.output, settings: asked.settings });
    conversation.ask(asked);
  }

  /** Puts a turn in, as if it had been typed. */
  function fill({ text, attachments = [], output = "any", settings = {} }) {
    prompt.value = text;
    files.set(attachments);
    outputs().value = output;
    options.write(settings);
    grow();
    refresh();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener("change", refresh);
  prompt.addEventListener("input", () => {
    grow();
    refresh();
  });
  prompt.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  stop.addEventListener("click", () => conversation.stop());
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector(":popover-open")) return;
    if (recording().isOn()) recording().cancel();
    else conversation.stop();
  });
  conversation.on("begin", refresh);
  conversation.on("cleared", refresh);
  conversation.on("end", () => {
    const stopHadFocus = document.activeElement === stop;
    refresh();
    if (stopHadFocus || document.activeElement === document.body) prompt.focus();
  });
  return { turn, fill, submit, refresh };
}
