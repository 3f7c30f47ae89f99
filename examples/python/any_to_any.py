# SPDX-License-Identifier: Apache-2.0
"""Asks a mesh for text, pictures, a sound and a film with OpenAI's client: `python any_to_any.py [FOLDER]`.

The files are written to the folder. ANYMESH_URL says where the mesh is, if not at http://127.0.0.1:8080.
"""

import base64
import os
import sys
from pathlib import Path

import openai

MODEL = "toyworld"
client = openai.OpenAI(base_url=os.environ.get("ANYMESH_URL", "http://127.0.0.1:8080") + "/v1", api_key="unused")
folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
folder.mkdir(parents=True, exist_ok=True)


def user(*content):
    """A turn of texts and of media, which are sent as parts: {"type": "image_url", "image_url": {"url": "data:..."}}."""
    return {"role": "user", "content": [{"type": "text", "text": c} if isinstance(c, str) else c for c in content]}


def chat(*messages):
    answer = client.chat.completions.create(model=MODEL, seed=1, messages=messages)
    return answer.choices[0].message


def first(kind, parts):
    """The first part of a kind; an answer without one ends the program."""
    for part in parts:
        if part["type"] == kind:
            return part
    sys.exit(f"the answer has no {kind}")


def save(part, name):
    """Sounds have base64 as `data`; of pictures and films it is in a `url`: "data:image/png;base64,iVBOR..."."""
    medium = part[part["type"]]
    write(name, medium["data"] if "data" in medium else medium["url"].split(",", 1)[1])


def write(name, data):
    (folder / name).write_bytes(base64.b64decode(data))


# Text and a picture. `content` has the text; `parts` has everything in order, in the shapes that a request may have too.
question = user("draw a red bell at the top left")
message = chat(question)
bell = first("image_url", message.parts)
save(bell, "bell.png")
print("bell.png:", message.content)

# The answer goes back as it came, as a turn of the conversation.
changed = chat(question, message.to_dict(), user("draw this in blue"))
save(first("image_url", changed.parts), "blue-bell.png")
print("blue-bell.png:", changed.content)

# A picture in, a sound out.
heard = chat(user(bell, "what does it sound like?"))
save(first("input_audio", heard.parts), "sound.wav")
print("sound.wav:", heard.content)

# Streamed: text in deltas as ever, and in `delta.parts` how media begin, come along and are done.
print("star.png: ", end="")
done = []
for chunk in client.chat.completions.create(
        model=MODEL, seed=1, stream=True, messages=[user("draw a yellow star at the bottom right")]):
    delta = chunk.choices[0].delta
    print(delta.content or "", end="", flush=True)
    done += [part for part in getattr(delta, "parts", []) if part["event"] == "done"]
save(first("image_url", done), "star.png")
print()

# Pictures without a conversation.
cats = client.images.generate(model=MODEL, prompt="a green cat at the top right", n=2).data
for i, cat in enumerate(cats, 1):
    write(f"cat-{i}.png", cat.b64_json)
print(f"cat-1.png, cat-{len(cats)}.png: {cats[0].revised_prompt}")

# A film takes longer: it is a job, which is asked about until it is done.
video = client.videos.create_and_poll(model=MODEL, prompt="film a red bell flying left")
if video.status != "completed":
    sys.exit(f"no film: {video.error}")
client.videos.download_content(video.id).write_to_file(folder / "film.mp4")
print(f"film.mp4: {video.seconds} seconds")

# Texts and media have vectors in one space, of length 1: their product says how alike they are.
texts = ["a red bell", "a green cat"]
picture, *words = [one.embedding for one in client.embeddings.create(model=MODEL, input=[bell, *texts]).data]
for text, word in zip(texts, words):
    print(f'bell.png is like "{text}": {sum(a * b for a, b in zip(picture, word)):.2f}')

# What can't be is refused, and the error names the field.
try:
    client.images.generate(model=MODEL, prompt="a cat", size="1024x1024")
    sys.exit("a size that the model doesn't have was taken")
except openai.BadRequestError as e:
    print(f"refused: {e.param}, {e.status_code}: {e.body['message']}")
