# SPDX-License-Identifier: Apache-2.0
"""Puts pictures that are named by the millisecond of their making into an animated WebP: FOLDER FILE."""

import sys
from pathlib import Path

from PIL import Image

SIZE = (960, 600)
LAST_MILLIS = 2_000

folder, film = map(Path, sys.argv[1:])
names = sorted(folder.glob("*.png"))
pictures = [Image.open(name).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS) for name in names]
times = [int(name.stem) for name in names]
durations = [later - time for time, later in zip(times, times[1:])] + [LAST_MILLIS]
pictures[0].save(film, save_all=True, append_images=pictures[1:], duration=durations, loop=0, quality=55, method=6)
print(f"{film}: {len(pictures)} pictures, {sum(durations) / 1000:.1f} s, {film.stat().st_size} bytes")
