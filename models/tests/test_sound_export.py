"""The exported generator of sounds computes what torch computes, alone and in any batch."""
import json

import numpy as np
import pytest
import torch
from conftest import BUNDLES
from torch import nn

from toyworld.export.onnx_file import round_weights
from toyworld.export.sound import generator_audio, random_sounder

onnxruntime = pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def sounder():
    torch.manual_seed(0)
    generator = random_sounder(BUNDLES / "generator-image/tokenizer/tokenizer.json")
    for _, net in generator.each():
        for parameter in net.parameters():
            if not parameter.any():
                nn.init.normal_(parameter, std=0.02)
        round_weights(net.eval().requires_grad_(False))
    return generator


@pytest.fixture(scope="module")
def bundle(sounder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles") / "generator-audio"
    generator_audio(sounder, folder)
    return folder


def inputs(name: str, batch: int) -> tuple[torch.Tensor, ...]:
    g = torch.Generator().manual_seed(5)
    draw = lambda *shape: torch.randn(batch, *shape, generator=g)
    return {"text_encoder": lambda: (torch.randint(12, 400, (batch, 16), generator=g),),
            "unet": lambda: (draw(8, 16, 8), torch.randint(1000, (batch,), generator=g), draw(16, 128)),
            "vae_decoder": lambda: (draw(8, 16, 8),),
            "vocoder": lambda: (torch.rand(batch, 128, 64, generator=g) - 0.7,)}[name]()


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("name", ["text_encoder", "unet", "vae_decoder", "vocoder"])
def test_parity(sounder, bundle, name, batch):
    session = onnxruntime.InferenceSession(str(bundle / name / "model.onnx"), providers=["CPUExecutionProvider"])
    given = inputs(name, batch)
    (got,) = session.run(None, {i.name: x.numpy() for i, x in zip(session.get_inputs(), given)})
    expected = dict(sounder.each())[name](*given).numpy()
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() <= 1e-4


def test_the_vocoder_takes_what_the_decoder_gives(sounder):
    mels = sounder.decoder(torch.zeros(2, 8, 16, 8))
    assert mels.shape == (2, 1, 128, 64)
    assert sounder.vocoder(mels[:, 0]).shape == (2, 32_768)


def test_the_manifest_says_how_long_a_sound_is(bundle):
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert manifest["modality"] == "audio" and manifest["pipeline"]["latents"] == [8, 16, 8]
    assert manifest["pipeline"]["seconds"] == 2.048
    config = json.loads((bundle / "vocoder/config.json").read_text())
    assert config == {"model_type": "toyworld_vocoder", "sampling_rate": 16_000, "model_in_dim": 64, "hop_length": 256}
