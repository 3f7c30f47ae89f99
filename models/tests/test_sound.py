"""Sounds: deterministic synthesis, triples kept out, Whisper's golden numbers, and the shapes of the networks."""
import random

import numpy as np
import pytest
import torch

from toyworld.evaluate.sound_dsp import agreement
from toyworld.nets.mel import mel
from toyworld.nets.mel_vae import MelVae
from toyworld.nets.sound_judge import SoundJudge
from toyworld.nets.vocoder import MARGIN, Vocoder, spectrum_of
from toyworld.world import logmel
from toyworld.world.scene import THINGS
from toyworld.world.sound import HELD_OUT_SOUNDS, PACES, PITCHES, Sound, all_sounds, sample_sound, sound_caption
from toyworld.world.synth import SAMPLES, synthesize


@pytest.mark.parametrize("thing", range(len(THINGS)), ids=THINGS)
def test_sounds_are_deterministic(thing):
    a, b, c = (synthesize(Sound(thing, 1, 1), np.random.default_rng((1, seed))) for seed in (2, 2, 3))
    assert a.shape == (SAMPLES,) and a.dtype == np.float32 and (a == b).all() and (a != c).any()
    assert 0.4 < np.abs(a).max() < 1


def test_held_out_sounds_are_balanced():
    assert len(HELD_OUT_SOUNDS) == 9 and len({thing for thing, _, _ in HELD_OUT_SOUNDS}) == 9
    assert [sum(pitch == p for _, pitch, _ in HELD_OUT_SOUNDS) for p in range(len(PITCHES))] == [3, 3, 3]
    assert sorted(sum(pace == s for _, _, pace in HELD_OUT_SOUNDS) for s in range(len(PACES))) == [4, 5]


def test_every_pair_of_attributes_is_seen():
    seen = [s for s in all_sounds() if not s.held_out]
    assert len(seen) == 63
    assert len({(s.thing, s.pitch) for s in seen}) == 36
    assert len({(s.thing, s.pace) for s in seen}) == 24
    assert len({(s.pitch, s.pace) for s in seen}) == 6


def test_held_out_sounds_are_held_out():
    rng = random.Random(0)
    assert all(sample_sound(rng, True).held_out and not sample_sound(rng, False).held_out for _ in range(200))


def test_captions():
    assert sound_caption(Sound(0, 0, 0)) == "the low slow sound of a bell"
    assert sound_caption(Sound(4, 2, 1)) == "the high fast sound of a storm cloud"
    assert len({sound_caption(s) for s in all_sounds()}) == 72


def two_tones() -> np.ndarray:
    t = np.arange(logmel.SAMPLES) / logmel.RATE
    return (0.5 * np.sin(2 * np.pi * 440 * t) + 0.25 * np.sin(2 * np.pi * 1760 * t))[None]


def test_log_mel_of_a_short_clip():
    (features,) = logmel.log_mel(two_tones())
    assert features.shape == (80, 200) and features.dtype == np.float32
    assert features[10, 50] == pytest.approx(1.348738, abs=1e-5)


def test_log_mel_is_whispers(monkeypatch):
    """The number is what transformers' WhisperFeatureExtractor gives, which pads these two seconds to thirty."""
    tones = two_tones()
    monkeypatch.setattr(logmel, "SAMPLES", 480_000)
    monkeypatch.setattr(logmel, "FRAMES", 3_000)
    assert logmel.log_mel(tones).sum(dtype=np.float64) == pytest.approx(-131796.366, abs=0.1)


def test_signal_processing_reads_every_render():
    sounds = all_sounds()
    waveforms = np.stack([synthesize(s, np.random.default_rng((8, i))) for i, s in enumerate(sounds)])
    assert agreement(waveforms, np.array([s.labels() for s in sounds])) == {"pitch": 1.0, "pace": 1.0, "both": 1.0}


def test_shapes():
    sounds = torch.from_numpy(np.stack([synthesize(s, np.random.default_rng(i)) for i, s in enumerate(all_sounds()[:3])]))
    mels = mel(sounds)
    assert mels.shape == (3, 128, 64) and float(mels.min()) >= -1 and float(mels.max()) < 1.5
    vae, vocoder = MelVae().eval(), Vocoder(rounds=1).eval()
    with torch.no_grad():
        latents = vae.encode(mels[:, None])
        assert latents.shape == (3, 8, 16, 8) and vae.decoder(latents).shape == (3, 1, 128, 64)
        played = vocoder(mels)
        assert played.shape == sounds.shape and float(played.abs().max()) <= 1
        assert [h.shape[1] for h in SoundJudge().eval()(torch.from_numpy(logmel.log_mel(sounds.numpy())))] == [12, 3, 2]


def test_the_transform_inverts_itself():
    sounds = torch.from_numpy(synthesize(Sound(0, 1, 0), np.random.default_rng(1)))[None]
    transform = Vocoder().transform
    back = transform.inverse(spectrum_of(transform, sounds))[:, 0, MARGIN:-MARGIN]
    assert float((back - sounds).abs().max()) < 1e-5
