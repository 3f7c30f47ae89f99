// SPDX-License-Identifier: Apache-2.0
// A request for OpenAI's Python client.

import { BASE, key } from "./api.js";

/** What a literal holds in the place of a file's bytes. */
class Expression {
  constructor(code) {
    this.code = code;
  }
}

const EXTENSIONS = new Set(["video"]);

function literal(value, indent) {
  const inner = indent + "    ";
  if (value instanceof Expression) return value.code;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const items = Array.isArray(value)
    ? value.map((item) => literal(item, inner))
    : Object.entries(value).map(([key, item]) => JSON.stringify(key) + ": " + literal(item, inner));
  const flat = open + items.join(", ") + close;
  if (flat.length + indent.length <= 88 && !flat.includes("\n")) return flat;
  return open + "\n" + items.map((item) => inner + item + ",\n").join("") + indent + close;
}

/** Turns the texts that stand for files into calls that read them. */
function withReads(value, names) {
  if (typeof value === "string" && value.includes("@@")) {
    const medium = names.get(value.slice(value.indexOf("@@")));
    if (medium && value.startsWith("@@")) return new Expression("base64_of(" + JSON.stringify(medium.name) + ")");
    if (medium) {
      return new Expression('"' + value.slice(0, value.indexOf("@@")) + '" + base64_of(' + JSON.stringify(medium.name) + ")");
    }
  }
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => withReads(item, names));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withReads(item, names)]));
}

export function python(build) {
  const names = new Map();
  const request = build((medium) => {
    const mark = "@@" + names.size;
    names.set(mark, medium);
    return mark;
  });
  const entries = Object.entries(withReads(request, names));
  const extra = Object.fromEntries(entries.filter(([key]) => EXTENSIONS.has(key)));
  const lines = entries.filter(([key]) => !EXTENSIONS.has(key)).map(([key, value]) => "    " + key + "=" + literal(value, "    ") + ",");
  if (Object.keys(extra).length > 0) lines.push("    extra_body=" + literal(extra, "    ") + ",");
  const reading = names.size === 0 ? "" : `

def base64_of(name):
    return base64.b64encode(Path(name).read_bytes()).decode()

`;
  return `${names.size ? "import base64\nfrom pathlib import Path\n\n" : ""}from openai import OpenAI
${reading}
client = OpenAI(base_url="${BASE}"${key.get() === "" ? ', api_key="unused"' : ""})
stream = client.chat.completions.create(
${lines.join("\n")}
)
for chunk in stream:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="")
        for part in getattr(choice.delta, "parts", None) or []:  # pictures, sounds and films
            print("\\n" + part["type"], part["event"])
    if chunk.usage:
        print("\\n" + str(chunk.usage.total_tokens), "tokens")
`;
}
