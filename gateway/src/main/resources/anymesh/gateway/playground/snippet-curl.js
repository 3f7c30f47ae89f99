// SPDX-License-Identifier: Apache-2.0
// A request as a command. Files are read by the shell where they are needed, so that it can be pasted as it is.

import { BASE, key } from "./api.js";

export function curl(build) {
  const files = new Map();
  const request = build((medium) => {
    const mark = "@@" + files.size + "@@";
    files.set(mark, medium.name);
    return mark;
  });
  let json = JSON.stringify(request, null, 2);
  const authorization = key.get() === "" ? "" : '-H "authorization: Bearer $OPENAI_API_KEY" ';
  const head = "curl -N " + BASE + "/chat/completions \\\n  -H 'content-type: application/json' " + authorization;
  if (files.size === 0) return head + "\\\n  -d '" + json.replaceAll("'", "'\\''") + "'\n";
  json = json.replace(/[\\$`]/g, "\\$&");
  for (const [mark, name] of files) json = json.replace(mark, () => "$(base64 < " + quoted(name) + " | tr -d '\\n')");
  return head + "\\\n  --data-binary @- <<JSON\n" + json + "\nJSON\n";
}

const quoted = (name) => (/^[\w.-]+$/.test(name) ? name : "'" + name.replaceAll("'", "'\\''") + "'");
