"""Talks to a running gateway with OpenAI's own client; every check that fails ends with an exception.

Run by OpenAiClientIT: `python openai_client.py http://127.0.0.1:PORT picture.png`.
"""

import base64
import io
import sys
from pathlib import Path

import openai
from openai import OpenAI
from PIL import Image

PNG = b"\x89PNG\r\n\x1a\n"


def check(fact: bool, what: str) -> None:
    if not fact:
        raise AssertionError(what)
    print("ok", what)


def data_url(picture: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()


def is_png(url: str) -> bool:
    return base64.b64decode(url.split(",", 1)[1]).startswith(PNG)


def plain_text(client: OpenAI) -> None:
    answer = client.chat.completions.create(model="toyworld", messages=[{"role": "user", "content": "hello"}], temperature=0)
    check(answer.object == "chat.completion", "a plain answer is a chat.completion")
    check(bool(answer.choices[0].message.content), "its content is text")
    check(answer.choices[0].finish_reason == "stop", "it stopped by itself")
    check(answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0, "usage adds up")


def picture_from_text(client: OpenAI) -> dict:
    answer = client.chat.completions.create(model="toyworld", seed=1, temperature=0,
                                            messages=[{"role": "user", "content": "draw a red bell at the top left"}])
    message = answer.choices[0].message
    kinds = [part["type"] for part in message.parts]
    check(kinds == ["text", "image_url"], f"a picture comes as text and image_url, in order: {kinds}")
    check(is_png(message.parts[1]["image_url"]["url"]), "the picture is a PNG")
    check("red bell" in message.content, f"the text says what was drawn: {message.content!r}")
    return message.model_dump()


def the_answer_goes_back_as_it_came(client: OpenAI, message: dict) -> None:
    turns = [{"role": "user", "content": "draw a red bell at the top left"}, message,
             {"role": "user", "content": "what colour is it?"}]
    answer = client.chat.completions.create(model="toyworld", messages=turns, temperature=0)
    check(bool(answer.choices[0].message.content), f"it may be sent back: {answer.choices[0].message.content!r}")


def picture_question(client: OpenAI, picture: Path) -> None:
    content = [{"type": "image_url", "image_url": {"url": data_url(picture)}},
               {"type": "text", "text": "what is in the picture?"}]
    answer = client.chat.completions.create(model="toyworld", messages=[{"role": "user", "content": content}], temperature=0)
    check(bool(answer.choices[0].message.content), f"a picture is described: {answer.choices[0].message.content!r}")


def several_choices(client: OpenAI) -> None:
    asked = {"model": "toyworld", "seed": 3, "temperature": 1, "messages": [{"role": "user", "content": "draw a red bell"}]}
    one = client.chat.completions.create(**asked)
    three = client.chat.completions.create(**asked, n=3)
    check([choice.index for choice in three.choices] == [0, 1, 2], "three choices come in order")
    check(three.choices[0].message.content == one.choices[0].message.content, "the first is the one that comes alone")
    pictures = {part["image_url"]["url"] for choice in three.choices for part in choice.message.parts
                if part["type"] == "image_url"}
    check(len(pictures) == 3, f"each has a picture of its own: {len(pictures)}")
    check(three.usage.prompt_tokens == one.usage.prompt_tokens, "what they answer is counted once")
    texts = ["", "", ""]
    for chunk in client.chat.completions.create(**asked, n=3, stream=True):
        for choice in chunk.choices:
            texts[choice.index] += choice.delta.content or ""
    check(texts == [choice.message.content for choice in three.choices], "streamed, they are the same")


def log_probabilities(client: OpenAI) -> None:
    asked = {"model": "toyworld", "temperature": 0, "messages": [{"role": "user", "content": "hello"}]}
    answer = client.chat.completions.create(**asked, logprobs=True, top_logprobs=4)
    content = answer.choices[0].logprobs.content
    text = b"".join(bytes(token.bytes) for token in content).decode()
    check(text == answer.choices[0].message.content, f"the tokens are the text: {text!r}")
    check(all(len(token.top_logprobs) == 4 and token.logprob == token.top_logprobs[0].logprob <= 0 for token in content),
          "without temperature each is the likeliest of its place")
    told = [token for chunk in client.chat.completions.create(**asked, logprobs=True, top_logprobs=4, stream=True)
            for choice in chunk.choices if choice.logprobs for token in choice.logprobs.content]
    check(told == content, "a stream tells the same")
    response = client.responses.create(model="toyworld", input="hello", temperature=0, top_logprobs=4,
                                       include=["message.output_text.logprobs"])
    check([token.logprob for token in response.output[0].content[0].logprobs] == [token.logprob for token in content],
          "and so does a response")


def streamed(client: OpenAI) -> None:
    chunks = list(client.chat.completions.create(
        model="toyworld", stream=True, stream_options={"include_usage": True}, seed=1, temperature=0,
        messages=[{"role": "user", "content": "draw a blue star at the bottom right"}]))
    check(chunks[0].choices[0].delta.role == "assistant", "the first delta says the role")
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    check("blue star" in text, f"text is streamed: {text!r}")
    events = [p for c in chunks if c.choices for p in (getattr(c.choices[0].delta, "parts", None) or [])]
    names = [e["event"] for e in events]
    check(names[0] == "start" and names[-1] == "done" and "progress" in names, "a picture starts, progresses and is done")
    check(is_png(events[-1]["image_url"]["url"]), "the streamed picture is a PNG")
    check([c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop", "the last choice says why it ended")
    check(chunks[-1].choices == [] and chunks[-1].usage.total_tokens > 0, "usage comes last, without choices")


def text_only(client: OpenAI) -> None:
    answer = client.chat.completions.create(model="toyworld", temperature=0, modalities=["text"],
                                            messages=[{"role": "user", "content": "draw a red bell"}])
    check(getattr(answer.choices[0].message, "parts", None) is None, "modalities ['text'] makes no picture")


def images(client: OpenAI) -> None:
    answer = client.images.generate(model="toyworld", prompt="a green cat at the top right", n=2)
    check(len(answer.data) == 2, "n pictures come")
    check(all(base64.b64decode(d.b64_json).startswith(PNG) for d in answer.data), "each is a PNG")
    check(answer.data[0].b64_json != answer.data[1].b64_json, "and they differ")


def images_streamed_and_edited(client: OpenAI, picture: Path) -> None:
    three = client.images.generate(model="toyworld", prompt="a green cat at the top right", n=3)
    check(len({d.b64_json for d in three.data}) == 3 and three.usage.total_tokens > 0, "three pictures have a usage")
    events = list(client.images.generate(model="toyworld", prompt="a green cat", stream=True, partial_images=2))
    kinds = [e.type for e in events]
    check(len(kinds) <= 3 and set(kinds[:-1]) == {"image_generation.partial_image"} and kinds[-1] == "image_generation.completed",
          f"a picture is seen forming, and is completed once: {kinds}")
    check(all(is_drawn(base64.b64decode(e.b64_json)) for e in events), "each is a picture")
    for given in (picture, [picture, picture]):
        edited = client.images.edit(model="toyworld", image=given, prompt="draw this in blue")
        check(is_drawn(base64.b64decode(edited.data[0].b64_json)), f"edited from {'two' if isinstance(given, list) else 'one'}")


def sounds(client: OpenAI) -> None:
    asked = {"model": "toyworld", "seed": 1, "modalities": ["text", "audio"],
             "messages": [{"role": "user", "content": "let me hear a low fast bell"}]}
    answer = client.chat.completions.create(audio={"format": "wav", "voice": "alloy"}, **asked)
    check(len(answer.choices) == 1 and base64.b64decode(answer.choices[0].message.audio.data).startswith(b"RIFF"), "a sound is WAV")
    check(answer.choices[0].message.audio.transcript == "", "it is not speech, so its transcript is empty")
    pcm = {"format": "pcm16", "voice": "alloy"}
    chunks = list(client.chat.completions.create(audio=pcm, stream=True, stream_options={"include_usage": True}, **asked))
    check(chunks[0].choices[0].delta.role == "assistant" and chunks[-1].choices == [], "a stream of a sound begins and ends as any")
    audio = [c.choices[0].delta.audio for c in chunks if c.choices and c.choices[0].delta.audio]
    pieces = [piece.data for piece in audio if piece.data]
    whole = client.chat.completions.create(audio=pcm, **asked).choices[0].message.audio.data
    check(b"".join(map(base64.b64decode, pieces)) == base64.b64decode(whole), f"its {len(pieces)} pieces are the sound")
    try:
        client.audio.speech.create(model="toyworld", voice="alloy", input="hello")
    except openai.UnprocessableEntityError as e:
        check(True, f"who doesn't speak says so: {e.message}")
    else:
        raise AssertionError("a model that doesn't speak spoke")


DRAWING = {"type": "image_generation"}


def pictures(response) -> list[bytes]:
    return [base64.b64decode(item.result) for item in response.output if item.type == "image_generation_call"]


def is_drawn(picture: bytes) -> bool:
    """Whether all of it can be decoded, and it is not of one colour."""
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image.size == (128, 128) and len(image.convert("RGB").getcolors(128 * 128)) > 100


def is_blue(picture: bytes) -> bool:
    """Whether what stands out against the grey ground is more blue than red."""
    colours = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(128 * 128)
    vivid = [(n, c) for n, c in colours if max(c) - min(c) > 80]
    return sum(n for n, (r, _, b) in vivid if b > r) > sum(n for n, (r, _, b) in vivid if r > b)


def responses(client: OpenAI, picture: Path) -> None:
    plain = client.responses.create(model="toyworld", input="hello", temperature=0)
    check(plain.object == "response" and plain.status == "completed", "a plain response is completed")
    check([item.type for item in plain.output] == ["message"] and bool(plain.output_text), f"it is a message: {plain.output_text!r}")
    check(plain.usage.total_tokens == plain.usage.input_tokens + plain.usage.output_tokens > 0, "its usage adds up")

    told = client.responses.create(model="toyworld", input="draw a red bell", temperature=0)
    check([item.type for item in told.output] == ["message"], f"without the tool there is no picture: {told.output_text!r}")

    ask = {"role": "user", "content": "draw a red bell at the top left"}
    drawn = client.responses.create(model="toyworld", input=[ask], tools=[DRAWING], temperature=0, extra_body={"seed": 1})
    kinds = [item.type for item in drawn.output]
    check(kinds == ["message", "image_generation_call"], f"with it there is one, in order: {kinds}")
    check("red bell" in drawn.output_text, f"the text says what was drawn: {drawn.output_text!r}")
    check(is_drawn(pictures(drawn)[0]) and not is_blue(pictures(drawn)[0]), "the picture is a red one")

    again = client.responses.create(model="toyworld", tools=[DRAWING], temperature=0, extra_body={"seed": 3},
                                    input=[ask, *drawn.output, {"role": "user", "content": "draw this in blue"}])
    check("blue bell" in again.output_text, f"the output goes back as it came: {again.output_text!r}")
    check(is_drawn(pictures(again)[0]) and is_blue(pictures(again)[0]), "and the picture is now a blue one")

    content = [{"type": "input_image", "image_url": data_url(picture), "detail": "auto"},
               {"type": "input_text", "text": "what is in the picture?"}]
    seen = client.responses.create(model="toyworld", input=[{"role": "user", "content": content}], temperature=0)
    check("bell" in seen.output_text, f"a picture is described: {seen.output_text!r}")

    forced = client.responses.create(model="toyworld", input="a green cat", tools=[{**DRAWING, "output_format": "jpeg"}],
                                     tool_choice=DRAWING)
    check(pictures(forced)[0].startswith(b"\xff\xd8\xff"), "a picture that has to be drawn is, as the file that was asked for")

    cut = client.responses.create(model="toyworld", input="draw a red bell at the top left", max_output_tokens=2)
    check(cut.status == "incomplete" and cut.incomplete_details.reason == "max_output_tokens", "one that is cut says so")


def streamed_responses(client: OpenAI) -> None:
    tools = [{**DRAWING, "partial_images": 1}]
    asked = {"model": "toyworld", "input": "draw a blue star at the bottom right", "tools": tools, "temperature": 0,
             "extra_body": {"seed": 1}}
    events = list(client.responses.create(stream=True, **asked))
    check([e.sequence_number for e in events] == list(range(len(events))), f"{len(events)} events are numbered")
    check([e.type for e in events[:2]] == ["response.created", "response.in_progress"], "a stream begins with the response")
    check(events[-1].type == "response.completed", "and ends with it")
    text = "".join(e.delta for e in events if e.type == "response.output_text.delta")
    check(text == events[-1].response.output_text and "blue star" in text, f"its text came in pieces: {text!r}")
    partial = [e for e in events if e.type == "response.image_generation_call.partial_image"]
    check(len(partial) == 1 and base64.b64decode(partial[0].partial_image_b64).startswith(PNG), "the picture was seen forming")
    check(is_drawn(pictures(events[-1].response)[0]), "and is whole")
    whole = client.responses.create(**asked)
    check(pictures(whole) == pictures(events[-1].response) and whole.output_text == text, "a plain answer is the same")

    with client.responses.stream(**asked) as stream:
        for _ in stream:
            pass
        final = stream.get_final_response()
    check(pictures(final) == pictures(whole) and final.output_text == text, "the client's own helper puts the same together")


def refusals(client: OpenAI) -> None:
    hello = [{"role": "user", "content": "hello"}]
    for what, kind, param, call in [
        ("an unknown model", openai.NotFoundError, "model",
         lambda: client.chat.completions.create(model="gpt-9", messages=hello)),
        ("an empty conversation", openai.BadRequestError, "messages",
         lambda: client.chat.completions.create(model="toyworld", messages=[])),
        ("an answer that is to be kept", openai.BadRequestError, "store",
         lambda: client.responses.create(model="toyworld", input="hello", store=True)),
        ("an earlier answer by its id", openai.BadRequestError, "previous_response_id",
         lambda: client.responses.create(model="toyworld", input="hello", previous_response_id="resp_1")),
        ("n out of range", openai.BadRequestError, "n",
         lambda: client.images.generate(model="toyworld", prompt="a cat", n=11)),
        ("a form that no bundle here can be held to", openai.BadRequestError, "response_format",
         lambda: client.chat.completions.create(model="toyworld", messages=hello, response_format={"type": "json_object"})),
        ("a size it hasn't got", openai.BadRequestError, "size",
         lambda: client.images.generate(model="toyworld", prompt="a cat", size="1024x1024")),
    ]:
        try:
            call()
        except kind as e:
            check(e.param == param, f"{what} is refused with param {param}: {e.message}")
        else:
            raise AssertionError(f"{what} was taken")


def videos(client: OpenAI, picture: Path) -> None:
    video = client.videos.create_and_poll(model="toyworld", prompt="film a red bell flying left", seconds="2",
                                          extra_body={"seed": 1})
    check(video.status == "completed" and video.progress == 100, f"a video is made: {video}")
    check(video.seconds == "2" and video.completed_at >= video.created_at, "it is as long as it was asked for")
    film = client.videos.download_content(video.id).read()
    check(film[4:8] == b"ftyp", "what is downloaded is a film")
    for variant in ("thumbnail", "spritesheet"):
        shown = client.videos.download_content(video.id, variant=variant).read()
        check(shown[:3] == b"\xff\xd8\xff", f"its {variant} is a picture")
    part = client.videos.with_raw_response.download_content(video.id, extra_headers={"range": "bytes=0-99"})
    check(part.status_code == 206 and part.content == film[:100], "a part of it is that part")
    with picture.open("rb") as file:
        moved = client.videos.create_and_poll(prompt="let it fly left", input_reference=file)
    check(moved.status == "completed", f"a picture is set in motion: {moved}")
    remix = client.videos.poll(client.videos.remix(video.id, prompt="in blue").id)
    check(remix.status == "completed" and remix.remixed_from_video_id == video.id, f"a video is changed: {remix}")
    ids = [one.id for one in client.videos.list(limit=2, order="asc")]
    check(len(ids) == len(set(ids)) and {video.id, moved.id, remix.id} <= set(ids), f"all are listed over pages: {len(ids)}")
    for one in (video, moved, remix):
        check(client.videos.delete(one.id).deleted, "a video is deleted")
    try:
        client.videos.retrieve(video.id)
    except openai.NotFoundError as e:
        check(True, f"and gone: {e.message}")
    else:
        raise AssertionError("a deleted video was found")
    try:
        client.videos.create(model="toyworld", prompt="a cat", seconds="8")
    except openai.BadRequestError as e:
        check(e.param == "seconds", f"a length that can't be had is refused: {e.message}")
    else:
        raise AssertionError("eight seconds were promised")


def main() -> None:
    client = OpenAI(base_url=sys.argv[1] + "/v1", api_key="unused", max_retries=0, timeout=120)
    check([m.id for m in client.models.list()] == ["toyworld"], "the models are listed")
    check(client.models.retrieve("toyworld").id == "toyworld", "a model is found by its id")
    plain_text(client)
    message = picture_from_text(client)
    the_answer_goes_back_as_it_came(client, message)
    picture_question(client, Path(sys.argv[2]))
    streamed(client)
    several_choices(client)
    log_probabilities(client)
    text_only(client)
    images(client)
    images_streamed_and_edited(client, Path(sys.argv[2]))
    sounds(client)
    responses(client, Path(sys.argv[2]))
    streamed_responses(client)
    videos(client, Path(sys.argv[2]))
    refusals(client)
    plain_text(client)


if __name__ == "__main__":
    main()
