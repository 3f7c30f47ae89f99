"""The first part of the denoiser's training, up to the point where τ is frozen."""
from .common import done
from .picture import FREEZE, train


def main() -> None:
    if not done("picture-early"):
        train(FREEZE)
