// SPDX-License-Identifier: Apache-2.0
// Server-sent events, as far as OpenAI uses them: the data of each event, one after another.

export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    // An event with a film has megabytes in many chunks: joined once it is whole, not with each chunk.
    if (!value.includes("\n")) {
      rest.push(value);
      continue;
    }
    const lines = (rest.join("") + value).split("\n");
    rest = [lines.pop()];
    for (const line of lines) {
      if (line.startsWith("data:")) yield line.slice(5).trim();
    }
  }
}
