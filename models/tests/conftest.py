"""Where the exported files are; TOYWORLD_BUNDLES and TOYWORLD_FIXTURES point the tests at another export."""
import os
import sys
from pathlib import Path

import numpy as np
import pytest

MODELS = Path(__file__).parents[1]
sys.path.insert(0, str(MODELS / "src"))
BUNDLES = Path(os.environ.get("TOYWORLD_BUNDLES", MODELS / "toyworld"))
FIXTURES = Path(os.environ.get("TOYWORLD_FIXTURES", MODELS / "fixtures"))


@pytest.fixture(scope="session")
def session():
    """Opens an exported graph by its path inside the bundles; each is opened once."""
    import onnxruntime
    opened = {}

    def run(name: str, outputs: list[str] | None = None, **inputs: np.ndarray) -> list[np.ndarray]:
        if name not in opened:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 2
            opened[name] = onnxruntime.InferenceSession(str(BUNDLES / name), options, providers=["CPUExecutionProvider"])
        return opened[name].run(outputs, inputs)

    return run


@pytest.fixture(scope="session")
def fixture():
    from safetensors.numpy import load_file
    return lambda name: load_file(FIXTURES / f"{name}.safetensors")
