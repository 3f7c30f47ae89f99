"""What every bundle has: its folder, its manifest, and the shapes and spaces by which the parts of the family fit together."""
from __future__ import annotations

from ..nets import backbone as bb
from ..nets.condition import LENGTH, WIDTH
from ..nets.encoders import JOINT
from ..world.tokenizer import SIGNALS
from .sealing import fresh, link_to_same, seal, write_json  # for who writes a bundle

# The picture generator of many guided steps, which `generator-image` was distilled from.
TEACHER = "generator-image-2.0.0"
# Each bundle has its own: one that is made anew gets the next, and the others keep theirs.
VERSIONS = {"encoder": "2.0.0", "input-projector": "2.0.0", "backbone": "2.0.0", "output-projector": "2.0.0",
            "generator-image": "3.0.0", TEACHER: "2.0.0", "generator-audio": "2.0.0", "generator-video": "2.0.0"}

LATENTS = {"image": (4, 16, 16), "audio": (8, 16, 8), "video": (4, 16, 8, 8)}
_FEATURES = {"image": (64, 128), "audio": (65, 128), "video": (128, 128)}
MEDIA_INPUTS = {"encoder": {"image": (3, 128, 128), "audio": (80, 200), "video": (8, 3, 64, 64)},
                "judge": {"image": (3, 128, 128), "audio": (80, 200), "video": (16, 3, 64, 64)},
                "input-projector": _FEATURES, "output-projector": dict.fromkeys(_FEATURES, (4, 192))}

LLM, JOINT_SPACE = f"toyworld-llm-{bb.WIDTH}", f"toyworld-joint-{JOINT}"
FEATURES = {m: f"toyworld-{m}-{cells}x{width}" for m, (cells, width) in MEDIA_INPUTS["input-projector"].items()}
SIGNAL_SPACES = {m: f"toyworld-signal-{m}-{len(tokens)}x{bb.WIDTH}" for m, tokens in SIGNALS.items()}
# The picture generator came first: its space keeps the name that its bundle has.
CONDITIONS = {"image": f"toyworld-cond-{LENGTH}x{WIDTH}", "audio": f"toyworld-cond-audio-{LENGTH}x{WIDTH}",
              "video": f"toyworld-cond-video-{LENGTH}x{WIDTH}"}


def batched(*names: str) -> dict[str, dict[int, str]]:
    return {name: {0: "batch"} for name in names}
