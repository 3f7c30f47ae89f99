#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Asks a mesh for text, pictures, a sound and a film with curl and jq: `any-to-any.sh [FOLDER]`. The files are written to the folder.
# ANYMESH_URL says where the mesh is, if not at http://127.0.0.1:8080.
set -euo pipefail
url=${ANYMESH_URL:-http://127.0.0.1:8080}/v1
mkdir -p "${1:-.}"
cd "${1:-.}"

# Requests come on standard input: with pictures in them they are too long for an argument.
post() { curl -sS --fail-with-body "$url/$1" -H 'content-type: application/json' -d @-; }

chat() { jq '{model: "toyworld", seed: 1, messages: .}' | post chat/completions | jq '.choices[0].message'; }

# The first medium of a kind in an answer's parts; there must be one. Sounds have base64 as `data`; of pictures and films it is
# in a `url`: "data:image/png;base64,iVBOR...".
save() {
  jq -er --arg type "$1" 'map(select(.type == $type))[0][$type] | .data // (.url | sub("^[^,]*,"; ""))' | base64 -d >"$2"
}

# Text and a picture. `content` has the text; `parts` has everything in order, in the shapes that a request may have too.
question='{"role": "user", "content": "draw a red bell at the top left"}'
jq -n "[$question]" | chat >bell.json
jq .parts bell.json | save image_url bell.png
echo "bell.png: $(jq -r .content bell.json)"

# The answer goes back as it came, as a turn of the conversation.
jq "[$question, ., {role: \"user\", content: \"draw this in blue\"}]" bell.json | chat >blue-bell.json
jq .parts blue-bell.json | save image_url blue-bell.png
echo "blue-bell.png: $(jq -r .content blue-bell.json)"

# A picture in, a sound out.
picture() { jq -n --arg data "$(base64 -w0 "$1")" '{type: "image_url", image_url: {url: "data:image/png;base64,\($data)"}}'; }
picture bell.png | jq '[{role: "user", content: [., {type: "text", text: "what does it sound like?"}]}]' | chat >sound.json
jq .parts sound.json | save input_audio sound.wav
echo "sound.wav: $(jq -r .content sound.json)"

# Streamed: text in deltas as ever, and in `delta.parts` how media begin, come along and are done.
echo -n "star.png: "
jq -n '{model: "toyworld", seed: 1, stream: true, messages: [{role: "user", content: "draw a yellow star at the bottom right"}]}' |
  post chat/completions | sed -un 's/^data: {/{/p' | tee star.jsonl | jq -j --unbuffered '.choices[0].delta.content // empty'
jq -n '[inputs.choices[0].delta.parts // [] | .[] | select(.event == "done")]' star.jsonl | save image_url star.png
echo

# Pictures without a conversation.
echo '{"model": "toyworld", "prompt": "a green cat at the top right", "n": 2}' | post images/generations >cats.json
for i in 1 2; do
  jq -er ".data[$i - 1].b64_json" cats.json | base64 -d >cat-$i.png
done
echo "cat-1.png, cat-2.png: $(jq -r '.data[0].revised_prompt' cats.json)"

# A film takes longer: it is a job, which is asked about until it is done.
echo '{"model": "toyworld", "prompt": "film a red bell flying left"}' | post videos >video.json
id=$(jq -r .id video.json)
while jq -e '.status == "queued" or .status == "in_progress"' video.json >/dev/null; do
  sleep 0.5
  curl -sS --fail-with-body "$url/videos/$id" >video.json
done
curl -sS --fail-with-body "$url/videos/$id/content" >film.mp4
echo "film.mp4: $(jq -r .seconds video.json) seconds"

# Texts and media have vectors in one space, of length 1: their product says how alike they are.
picture bell.png | jq '{model: "toyworld", input: [., "a red bell", "a green cat"]}' | post embeddings |
  jq '[.data[].embedding] | .[0] as $picture | .[1:][] | [., $picture] | transpose | map(.[0] * .[1]) | add' >likeness.txt
printf 'bell.png is like "%s": %.2f\n' "a red bell" "$(sed -n 1p likeness.txt)" "a green cat" "$(sed -n 2p likeness.txt)"

# What can't be is refused, and the error names the field.
status=$(curl -sS -o error.json -w '%{http_code}' "$url/images/generations" -H 'content-type: application/json' \
  -d '{"model": "toyworld", "prompt": "a cat", "size": "1024x1024"}')
[ "$status" = 400 ] || { echo "not refused as it should be: $status" >&2; exit 1; }
echo "refused: $(jq -r .error.param error.json), $status: $(jq -r .error.message error.json)"
