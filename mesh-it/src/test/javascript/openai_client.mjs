// SPDX-License-Identifier: Apache-2.0
// Reads streams of a running gateway with OpenAI's own client; every check that fails ends with an exception.
// Run by OpenAiClientIT: `node openai_client.mjs http://127.0.0.1:PORT`.

import OpenAI from "openai";

const model = "toyworld";
const client = new OpenAI({ baseURL: process.argv[2] + "/v1", apiKey: "unused", maxRetries: 0, timeout: 120_000 });
const messages = [{ role: "user", content: "draw a blue star at the bottom right" }];

function check(fact, what) {
  if (!fact) throw new Error(what);
  console.log("ok", what);
}

const isPng = (base64) => Buffer.from(base64, "base64").subarray(1, 4).toString() === "PNG";

async function all(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

async function refused(promise, kind, param, what) {
  const error = await promise.then(() => null, (e) => e);
  check(error instanceof kind && error.param === param, `${what}: ${error?.message}`);
}

const chunks = await all(await client.chat.completions.create({
  model, seed: 1, temperature: 0, stream: true, stream_options: { include_usage: true }, messages,
}));
const deltas = chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta));
check(deltas[0].role === "assistant", "the first delta says the role");
const text = deltas.map((delta) => delta.content ?? "").join("");
check(text.includes("blue star"), `text is streamed: ${text}`);
const parts = deltas.flatMap((delta) => delta.parts ?? []);
check(parts[0].event === "start" && parts.at(-1).event === "done", "a picture starts and is done");
check(isPng(parts.at(-1).image_url.url.split(",")[1]), "the streamed picture is a PNG");
check(chunks.at(-1).choices.length === 0 && chunks.at(-1).usage.total_tokens > 0, "usage comes last, without choices");

const heard = { model, seed: 1, modalities: ["text", "audio"], audio: { format: "pcm16", voice: "alloy" },
  messages: [{ role: "user", content: "let me hear a low fast bell" }] };
const pieces = (await all(await client.chat.completions.create({ ...heard, stream: true })))
  .flatMap((chunk) => chunk.choices.map((choice) => choice.delta.audio?.data ?? ""));
const sound = Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64")));
const whole = (await client.chat.completions.create(heard)).choices[0].message.audio.data;
check(sound.equals(Buffer.from(whole, "base64")), `a sound's ${pieces.filter(Boolean).length} pieces are the sound`);

const put = await client.chat.completions.stream({ model, seed: 1, temperature: 0, messages }).finalChatCompletion();
check(put.choices[0].message.content === text, "the client's own helper puts the same text together");

const drawn = await all(await client.images.generate({ model, prompt: "a green cat", stream: true, partial_images: 2 }));
const types = drawn.map((event) => event.type);
check(types.length <= 3 && types.slice(0, -1).every((type) => type === "image_generation.partial_image"), `partial pictures: ${types}`);
check(types.at(-1) === "image_generation.completed" && drawn.every((event) => isPng(event.b64_json)), "and then one that is whole");

const asked = { model, input: messages[0].content, temperature: 0, seed: 1, tools: [{ type: "image_generation", partial_images: 1 }] };
const events = await all(await client.responses.create({ ...asked, stream: true }));
check(events.every((event, i) => event.sequence_number === i), `${events.length} events of a response are numbered`);
check(events[0].type === "response.created" && events.at(-1).type === "response.completed", "it begins and is completed");
const said = events.filter((event) => event.type === "response.output_text.delta").map((event) => event.delta).join("");
check(said.includes("blue star"), `its text came in pieces: ${said}`);
const call = events.at(-1).response.output.find((item) => item.type === "image_generation_call");
check(isPng(call.result), "and its picture is a PNG");
const final = await client.responses.stream(asked).finalResponse();
check(final.output_text === said, "the client's own helper puts the same response together");

const film = await client.chat.completions.create({ model, stream: true, messages: [{ role: "user", content: "film a red bell flying left" }] });
for await (const chunk of film) {
  if (chunk.choices[0]?.delta.parts) film.controller.abort();
}
const next = await client.chat.completions.create({ model, temperature: 0, messages: [{ role: "user", content: "hello" }] });
check(next.choices[0].message.content.length > 0, "a stream that was broken off leaves the client as it was");

await refused(client.chat.completions.create({ model: "gpt-9", stream: true, messages }), OpenAI.NotFoundError, "model",
  "a stream of an unknown model is refused");
await refused(client.images.generate({ model, prompt: "a cat", size: "1024x1024", stream: true }), OpenAI.BadRequestError, "size",
  "and one of a size that there isn't");
