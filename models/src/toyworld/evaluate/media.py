"""Pictures, sounds and films as files: what goes to a mesh and what comes back."""
from __future__ import annotations

import base64
import io
import wave
from dataclasses import dataclass, field

import av
import numpy as np
from PIL import Image

RATE = 16_000
Array = np.ndarray


@dataclass
class Answer:
    """The text of an answer, and its media in the order of the tokens that asked for them: pictures uint8 [H, W, 3], sounds
    float32 [N] at 16 kHz, films uint8 [F, H, W, 3]."""
    text: str
    media: list[tuple[str, Array]] = field(default_factory=list)

    def of(self, modality: str) -> list[Array]:
        return [value for kind, value in self.media if kind == modality]

    @property
    def pictures(self) -> list[Array]:
        return self.of("image")


def wav(samples: Array, rate: int = RATE) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(rate)
        file.writeframes(np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def samples_of(data: bytes) -> Array:
    """A WAV file of 16-bit samples as float32 [N]; several channels are averaged."""
    with wave.open(io.BytesIO(data)) as file:
        assert file.getsampwidth() == 2 and file.getframerate() == RATE
        values = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
        return values.reshape(-1, file.getnchannels()).mean(1)


def mp4(frames: Array, fps: int = 8) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=fps, options={"crf": "12", "preset": "fast"})
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], "yuv420p"
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        file.mux(stream.encode())
    return buffer.getvalue()


def frames_of(data: bytes) -> Array:
    with av.open(io.BytesIO(data)) as file:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)])


def data_url(mime: str, data: bytes) -> str:
    return f"data:{mime};base64," + base64.b64encode(data).decode()


def bytes_of(url: str) -> bytes:
    return base64.b64decode(url.split(",", 1)[1])


def png(picture: Array) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def part(modality: str, value: Array | str) -> dict:
    """A content part of a message, as OpenAI and vLLM name them."""
    match modality:
        case "image":
            return {"type": "image_url", "image_url": {"url": data_url("image/png", png(value))}}
        case "audio":
            return {"type": "input_audio", "input_audio": {"data": base64.b64encode(wav(value)).decode(), "format": "wav"}}
        case "video":
            return {"type": "video_url", "video_url": {"url": data_url("video/mp4", mp4(value))}}
        case _:
            return {"type": "text", "text": value}


def value_of(part: dict) -> tuple[str, Array] | None:
    """The medium in a content part, or None for text."""
    match part["type"]:
        case "image_url":
            return "image", np.asarray(Image.open(io.BytesIO(bytes_of(part["image_url"]["url"]))).convert("RGB"))
        case "input_audio":
            return "audio", samples_of(base64.b64decode(part["input_audio"]["data"]))
        case "video_url":
            return "video", frames_of(bytes_of(part["video_url"]["url"]))
        case _:
            return None
