// SPDX-License-Identifier: Apache-2.0
// Asks a mesh for text, pictures, a sound and a film with OpenAI's client: `node any-to-any.mjs [FOLDER]`. The files are written to
// the folder. ANYMESH_URL says where the mesh is, if not at http://127.0.0.1:8080.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";

const model = "toyworld";
const client = new OpenAI({ baseURL: (process.env.ANYMESH_URL ?? "http://127.0.0.1:8080") + "/v1", apiKey: "unused" });
const folder = process.argv[2] ?? ".";
mkdirSync(folder, { recursive: true });

// A turn of texts and of media, which are sent as parts: { type: "image_url", image_url: { url: "data:..." } }.
const user = (...content) => ({
  role: "user",
  content: content.map((one) => (typeof one === "string" ? { type: "text", text: one } : one)),
});

async function chat(...messages) {
  const answer = await client.chat.completions.create({ model, seed: 1, messages });
  return answer.choices[0].message;
}

// The first part of a kind; an answer without one ends the program.
function first(type, parts) {
  const found = parts?.find((part) => part.type === type);
  if (!found) throw new Error(`the answer has no ${type}`);
  return found;
}

function write(name, base64) {
  writeFileSync(join(folder, name), Buffer.from(base64, "base64"));
}

// Sounds have base64 as `data`; of pictures and films it is in a `url`: "data:image/png;base64,iVBOR...".
function save(part, name) {
  const { data, url } = part[part.type];
  write(name, data ?? url.slice(url.indexOf(",") + 1));
}

// Text and a picture. `content` has the text; `parts` has everything in order, in the shapes that a request may have too.
const question = user("draw a red bell at the top left");
const message = await chat(question);
const bell = first("image_url", message.parts);
save(bell, "bell.png");
console.log("bell.png:", message.content);

// The answer goes back as it came, as a turn of the conversation.
const changed = await chat(question, message, user("draw this in blue"));
save(first("image_url", changed.parts), "blue-bell.png");
console.log("blue-bell.png:", changed.content);

// A picture in, a sound out.
const heard = await chat(user(bell, "what does it sound like?"));
save(first("input_audio", heard.parts), "sound.wav");
console.log("sound.wav:", heard.content);

// Streamed: text in deltas as ever, and in `delta.parts` how media begin, come along and are done.
process.stdout.write("star.png: ");
const done = [];
const stream = await client.chat.completions.create({
  model, seed: 1, stream: true, messages: [user("draw a yellow star at the bottom right")],
});
for await (const chunk of stream) {
  const { content, parts = [] } = chunk.choices[0].delta;
  process.stdout.write(content ?? "");
  done.push(...parts.filter((part) => part.event === "done"));
}
save(first("image_url", done), "star.png");
console.log();

// Pictures without a conversation.
const cats = (await client.images.generate({ model, prompt: "a green cat at the top right", n: 2 })).data;
cats.forEach((cat, i) => write(`cat-${i + 1}.png`, cat.b64_json));
console.log(`cat-1.png, cat-${cats.length}.png: ${cats[0].revised_prompt}`);

// A film takes longer: it is a job, which is asked about until it is done.
let video = await client.videos.create({ model, prompt: "film a red bell flying left" });
while (video.status === "queued" || video.status === "in_progress") {
  await new Promise((resolve) => setTimeout(resolve, 500));
  video = await client.videos.retrieve(video.id);
}
if (video.status !== "completed") throw new Error(`no film: ${video.error?.message}`);
const film = await client.videos.downloadContent(video.id);
writeFileSync(join(folder, "film.mp4"), Buffer.from(await film.arrayBuffer()));
console.log(`film.mp4: ${video.seconds} seconds`);

// Texts and media have vectors in one space, of length 1: their product says how alike they are.
const texts = ["a red bell", "a green cat"];
const { data } = await client.embeddings.create({ model, input: [bell, ...texts] });
const [picture, ...words] = data.map((one) => one.embedding);
texts.forEach((text, i) => {
  const likeness = picture.reduce((sum, value, k) => sum + value * words[i][k], 0);
  console.log(`bell.png is like "${text}": ${likeness.toFixed(2)}`);
});

// What can't be is refused, and the error names the field.
const refusal = await client.images.generate({ model, prompt: "a cat", size: "1024x1024" }).catch((e) => e);
if (!(refusal instanceof OpenAI.BadRequestError)) throw new Error(`not refused as it should be: ${refusal}`);
console.log(`refused: ${refusal.param}, ${refusal.status}: ${refusal.error.message}`);
