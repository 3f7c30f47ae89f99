#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sends forms and large bodies to a running gateway, and reads parts of files from it, by curl; ends at the first check that fails.
# Run by OpenAiClientIT: `curl_client.sh http://127.0.0.1:PORT FIXTURES`, in an empty folder.
set -euo pipefail
url=$1/v1 fixtures=$2
curl() { command curl -sS --max-time 120 "$@"; }

ok() { echo "ok $*"; }
is() { # WHAT EXPECTED FOUND
  [ "$2" = "$3" ] || { echo "$1: expected $2, found $3" >&2; exit 1; }
  ok "$1"
}
header() { sed -n "s/^$1: \(.*\)\r$/\1/Ip" head; }

# A film by a form, with a file in it.
id=$(curl "$url/videos" -F model=toyworld -F prompt="let it fly left" -F input_reference=@"$fixtures/bell.png" | jq -r .id)
while [[ $(curl "$url/videos/$id" | jq -r .status) = @(queued|in_progress) ]]; do sleep 0.2; done
is "a film is made from a form" completed "$(curl "$url/videos/$id" | jq -r .status)"

content=$url/videos/$id/content
curl -L -H 'Accept: application/binary' "$content" -o film.mp4 -D head
size=$(stat -c %s film.mp4)
is "its type is its own" video/mp4 "$(header content-type)"
is "parts can be had" bytes "$(header accept-ranges)"
etag=$(header etag)
is "a part is a part" 206 "$(curl -r 0-99 "$content" -o part -D head -w '%{http_code}')"
is "and says which" "bytes 0-99/$size" "$(header content-range)"
is "its bytes are the film's" "$(head -c 100 film.mp4 | sha256sum)" "$(sha256sum <part)"
curl -r -50 "$content" -o part
is "the last so many too" "$(tail -c 50 film.mp4 | sha256sum)" "$(sha256sum <part)"
head -c 1000 film.mp4 >resumed
curl -C - "$content" -o resumed
is "a download that broke off is resumed" "$(sha256sum <film.mp4)" "$(sha256sum <resumed)"
is "what is behind the end is not there" 416 "$(curl -r $((size + 5))- "$content" -o /dev/null -w '%{http_code}')"
is "who has the film need not fetch it again" 304 "$(curl -H "If-None-Match: $etag" "$content" -o /dev/null -w '%{http_code}')"
curl -I "$content" >head
is "a head has the length" "$size" "$(header content-length)"
is "a variant is a picture" image/jpeg "$(curl "$content?variant=thumbnail" -o /dev/null -w '%{content_type}')"

# Pictures by forms, in both ways that clients name a list.
for name in image 'image[]'; do
  curl "$url/images/edits" -F model=toyworld -F "$name=@$fixtures/bell.png" -F "prompt=draw this in blue" |
    jq -r '.data[0].b64_json' | base64 -d >edited.png
  is "$name: an edit is a picture" PNG "$(head -c 4 edited.png | tail -c 3)"
done
curl "$url/images/edits" -F image=@"$fixtures/bell.png" -F mask=@"$fixtures/bell.png" -F prompt=blue -o error -w '%{http_code}' >status
is "a mask is refused by its name" "400 mask" "$(cat status) $(jq -r .error.param error)"

# A film of 33 MB (the rest of it is a box to be skipped) in a body of 48 MB, for which curl asks first.
padding=$((33000000 - $(stat -c %s "$fixtures/bell.mp4")))
{ cat "$fixtures/bell.mp4"; printf "\\x$(printf %02x $((padding >> 24)))\\x$(printf %02x $((padding >> 16 & 255)))\\x$(printf %02x $((padding >> 8 & 255)))\\x$(printf %02x $((padding & 255)))free"
  head -c $((padding - 8)) /dev/zero; } >large.mp4
{ printf '{"model":"toyworld","temperature":0,"messages":[{"role":"user","content":[{"type":"video_url","video_url":{"url":"data:video/mp4;base64,'
  base64 -w0 large.mp4
  printf '"}},{"type":"text","text":"what happens?"}]}]}'; } >body
head -c $((48000000 - $(stat -c %s body))) /dev/zero | tr '\0' ' ' >>body
asks=(-H 'Expect: 100-continue' --expect100-timeout 60 -H 'Content-Type: application/json')
curl -v "${asks[@]}" --data-binary @body "$url/chat/completions" -o answer 2>trace -w '%{time_total}' >took
grep -q '^< HTTP/1.1 100 Continue' trace
ok "a body of 48 MB is asked for, after $(cat took) s its answer is there"
jq -e '.choices[0].message.content | test("bell")' answer >/dev/null
ok "and it was read: $(jq -r '.choices[0].message.content' answer)"

# Who asks first need not send what will not be taken.
head -c 51000000 /dev/zero >>body
refused=$(curl -v "${asks[@]}" --data-binary @body "$url/chat/completions" -o answer 2>trace -w '%{http_code} %{size_upload}')
is "a body that is too large is refused before it is sent" "413 0" "$refused"
