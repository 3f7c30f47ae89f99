// SPDX-License-Identifier: Apache-2.0
// The conversation as the body of a request.

import { partOf } from "./media.js";

function userMessage(turn, data) {
  if (turn.attachments.length === 0) return { role: "user", content: turn.text };
  const parts = turn.attachments.map((medium) => partOf(medium, data));
  if (turn.text) parts.push({ type: "text", text: turn.text });
  return { role: "user", content: parts };
}

/** Goes back as it came: what a user says next may be about a picture that the model made. */
function assistantMessage(answer, data) {
  const message = { role: "assistant", content: answer.text };
  if (answer.parts.some((part) => part.medium)) {
    message.parts = answer.parts.map((part) =>
      part.medium ? partOf(part.medium, data) : { type: "text", text: part.text },
    );
  }
  return message;
}

/**
 * What to send for a turn that follows these exchanges. Those whose answer broke off are left out.
 * data stands for the bytes of a medium, for code to copy.
 */
export function requestOf(exchanges, turn, data) {
  const { settings } = turn;
  const messages = exchanges
    .filter((exchange) => exchange.answer.isWhole)
    .flatMap((exchange) => [userMessage(exchange.turn, data), assistantMessage(exchange.answer, data)]);
  messages.push(userMessage(turn, data));
  const request = { model: settings.model, messages };
  const soundtrack = settings.soundtrack && ["any", "video"].includes(turn.output);
  if (turn.output !== "any") request.modalities = [...new Set(["text", turn.output])];
  if (turn.output === "video" && soundtrack) request.modalities.push("audio");
  if (settings.seed !== null) request.seed = settings.seed;
  if (settings.temperature !== null) request.temperature = settings.temperature;
  if (soundtrack) request.video = { soundtrack: true };
  request.stream = true;
  request.stream_options = { include_usage: true };
  return request;
}
