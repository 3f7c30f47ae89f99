"""What the ear of the family hears: Whisper's log-mel spectrogram, for clips of two seconds."""
from __future__ import annotations

from functools import cache

import numpy as np

RATE, SECONDS, WINDOW, HOP, BINS = 16_000, 2, 400, 160, 80
SAMPLES, FRAMES = RATE * SECONDS, RATE * SECONDS // HOP
EXTRACTOR = {"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": BINS, "sampling_rate": RATE, "n_fft": WINDOW,
             "hop_length": HOP, "chunk_length": SECONDS, "nb_max_frames": FRAMES, "n_samples": SAMPLES, "padding_side": "right",
             "padding_value": 0.0, "return_attention_mask": False}


def _mel(hertz: np.ndarray) -> np.ndarray:
    """Slaney's scale: linear below 1 kHz, logarithmic above."""
    return np.where(hertz < 1000, hertz * 3 / 200, 15 + np.log(np.maximum(hertz, 1e-9) / 1000) * 27 / np.log(6.4))


def _hertz(mel: np.ndarray) -> np.ndarray:
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


@cache
def slaney(window: int, bins: int, low: float = 0.0, high: float = 8000.0, rate: int = RATE) -> np.ndarray:
    """Triangular filters of equal area, float64 [window / 2 + 1, bins]."""
    frequencies = np.linspace(0, rate / 2, window // 2 + 1)
    corners = _hertz(np.linspace(_mel(np.array(low)), _mel(np.array(high)), bins + 2))
    widths = np.diff(corners)
    slopes = corners[None] - frequencies[:, None]
    triangles = np.maximum(0, np.minimum(-slopes[:, :-2] / widths[:-1], slopes[:, 2:] / widths[1:]))
    return triangles * (2 / (corners[2:] - corners[:-2]))


def log_mel(waveforms: np.ndarray) -> np.ndarray:
    """Sounds at 16 kHz [B, N] -> `input_features` float32 [B, 80, 200]; longer ones are cut, shorter ones padded with zeros."""
    x = waveforms[:, :SAMPLES].astype(np.float64)
    x = np.pad(x, ((0, 0), (0, SAMPLES - x.shape[1])))
    x = np.pad(x, ((0, 0), (WINDOW // 2, WINDOW // 2)), mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(x, WINDOW, 1)[:, ::HOP][:, :FRAMES]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    power = np.abs(np.fft.rfft(frames * hann)) ** 2
    logs = np.log10(np.maximum(power @ slaney(WINDOW, BINS), 1e-10)).transpose(0, 2, 1)
    logs = np.maximum(logs, logs.max((1, 2), keepdims=True) - 8)
    return ((logs + 4) / 4).astype(np.float32)
