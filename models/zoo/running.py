# SPDX-License-Identifier: Apache-2.0
"""How the zoo's commands run: where they keep things, and how they tell what can't be done."""
from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from .checkpoint import Refused

CACHE = Path(os.environ.get("ANYMESH_CACHE", Path.home() / ".cache/anymesh"))


def told(main: Callable[[], None]) -> None:
    """Runs a command; what it refuses ends it with that one line."""
    try:
        main()
    except Refused as e:
        sys.exit(f"zoo: {e}")
