// SPDX-License-Identifier: Apache-2.0
// A request for OpenAI's Java client. What it has no types for (films, an answer's parts) goes in as plain JSON values.

import { BASE, key } from "./api.js";

const isPlain = (message) => typeof message.content === "string" && !message.parts;

function value(json, names, indent) {
  const inner = indent + "    ";
  if (typeof json === "string") return text(json, names);
  if (json === null || typeof json !== "object") return String(json);
  const isList = Array.isArray(json);
  const items = isList
    ? json.map((item) => value(item, names, inner))
    : Object.entries(json).map(([key, item]) => JSON.stringify(key) + ", " + value(item, names, inner));
  const open = isList ? "List.of(" : "Map.of(";
  const flat = open + items.join(", ") + ")";
  if (flat.length + indent.length <= 96 && !flat.includes("\n")) return flat;
  return open + "\n" + items.map((item) => inner + item).join(",\n") + ")";
}

function text(json, names) {
  const at = json.indexOf("@@");
  const medium = at < 0 ? null : names.get(json.slice(at));
  if (!medium) return JSON.stringify(json);
  const read = "base64(" + JSON.stringify(medium.name) + ")";
  return at === 0 ? read : JSON.stringify(json.slice(0, at)) + " + " + read;
}

function messages(list, names) {
  if (list.every(isPlain)) {
    return list.map((message) => `        .add${message.role === "user" ? "User" : "Assistant"}Message(${JSON.stringify(message.content)})`);
  }
  return ["        .messages(JsonValue.from(" + value(list, names, "        ") + "))"];
}

export function java(build) {
  const names = new Map();
  const request = build((medium) => {
    const mark = "@@" + names.size;
    names.set(mark, medium);
    return mark;
  });
  const isPlainTalk = request.messages.every(isPlain);
  const lines = ["        .model(" + JSON.stringify(request.model) + ")", ...messages(request.messages, names)];
  if (request.modalities) lines.push("        .modalities(JsonValue.from(" + value(request.modalities, names, "        ") + "))");
  if (request.seed !== undefined) lines.push("        .seed(" + request.seed + ")");
  if (request.temperature !== undefined) lines.push("        .temperature(" + request.temperature + ")");
  if (request.video) lines.push('        .putAdditionalBodyProperty("video", JsonValue.from(' + value(request.video, names, "        ") + "))");
  lines.push("        .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())");
  const usesValues = !isPlainTalk || request.modalities || request.video;
  const reads = names.size > 0;
  return `import com.openai.client.okhttp.OpenAIOkHttpClient;
${usesValues ? "import com.openai.core.JsonValue;\n" : ""}import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
${reads ? "import java.nio.file.Files;\nimport java.nio.file.Path;\nimport java.util.Base64;\n" : ""}${usesValues ? "import java.util.List;\nimport java.util.Map;\n" : ""}
void main()${reads ? " throws Exception" : ""} {
    var client = OpenAIOkHttpClient.builder()${key.get() === "" ? '.apiKey("unused")' : ".fromEnv()"}.baseUrl("${BASE}").build();
    var request = ChatCompletionCreateParams.builder()
${lines.join("\n")}
        .build();
    try (var answer = client.chat().completions().createStreaming(request)) {
        answer.stream().flatMap(chunk -> chunk.choices().stream()).forEach(choice -> {
            choice.delta().content().ifPresent(IO::print);
            var parts = choice.delta()._allProperties().get("parts"); // pictures, sounds and films
            if (parts != null) {
                IO.println("\\n" + parts);
            }
        });
    }
}
${reads ? `
String base64(String name) throws Exception {
    return Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(name)));
}
` : ""}`;
}
