"""What dialogues are made of: turns of text, of media that are given, and of media that an answer makes."""
from __future__ import annotations

from dataclasses import dataclass

from .film import Film
from .scene import Scene
from .sound import Sound

Subject = Scene | Sound | Film
MODALITIES = {Scene: "image", Sound: "audio", Film: "video"}


@dataclass(frozen=True)
class Given:
    """A picture, sound or film in a turn: its projected features stand between its two marks."""
    subject: Subject


@dataclass(frozen=True)
class Made:
    """A run of signals in an answer; the target is the generator's condition for the subject's caption."""
    subject: Subject


Part = str | Given | Made


@dataclass(frozen=True)
class Turn:
    role: str
    parts: tuple[Part, ...]


Dialogue = tuple[Turn, ...]


def modality(subject: Subject) -> str:
    return MODALITIES[type(subject)]


def user(*parts: Part) -> Turn:
    return Turn("user", tuple(p for p in parts if p != ""))


def assistant(*parts: Part) -> Turn:
    return Turn("assistant", parts)
