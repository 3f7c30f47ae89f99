"""Every part finds what those before it left: the whole family is trained from nothing, two steps a part, and exported."""
import os
import subprocess
import sys
from pathlib import Path

from conftest import MODELS


def test_rehearsal(tmp_path):
    environment = os.environ | {"TOYWORLD_VENV": str(Path(sys.executable).parents[1])}
    ran = subprocess.run([MODELS / "train", "--rehearse", tmp_path], env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-4000:]
    environment |= {"TOYWORLD_BUNDLES": str(tmp_path / "toyworld"), "TOYWORLD_FIXTURES": str(tmp_path / "fixtures")}
    checked = subprocess.run([sys.executable, "-m", "pytest", "-q", MODELS / "tests/test_export.py"], env=environment, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout[-4000:]
