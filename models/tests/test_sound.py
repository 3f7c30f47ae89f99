"""Sounds: deterministic synthesis, triples kept out, Whisper's golden numbers, and the shapes of the networks."""
import random

import numpy as np
import pytest
import torch

from toyworld.evaluate.sound_dsp import agreement, register
from toyworld.nets.mel import mel
from toyworld.nets.mel_vae import MelVae
from toyworld.nets.sound_judge import SoundJudge
from toyworld.nets.vocoder import MARGIN, Vocoder, spectrum_of
from toyworld.train.sound import PACE_AT, PITCH_AT, THING_AT, mixed, traits_of
from toyworld.world import logmel
from toyworld.world.scene import THINGS
from toyworld.world.sound import (HELD_OUT_SOUNDS, NO_NAME, PACES, PITCHES, Sound, all_sounds, sample_between, sample_between_paces, sample_sound,
                                  sound_caption)
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


def test_what_lies_between_two_pitches_has_no_name_and_no_label():
    rng = random.Random(0)
    for sound in (sample_between(rng) for _ in range(200)):
        above = sound.pitch % 1
        assert 0.2 < above < 0.85 and 0 < sound.pitch < 2, "well away from what has a name, held out or not"
        assert sound.labels() == (sound.thing, NO_NAME, sound.pace) and not sound.held_out
        assert not set(sound_caption(sound).split()) & set(PITCHES)
    between = synthesize(Sound(0, 0.5, 0), np.random.default_rng(1))
    low, middle = (register(synthesize(Sound(0, pitch, 0), np.random.default_rng(1))) for pitch in (0, 1))
    assert low + 0.3 < register(between) < middle - 0.3


def test_what_lies_between_two_paces_has_no_name_and_no_label():
    rng = random.Random(0)
    sounds = [sample_between_paces(rng) for _ in range(200)]
    for sound in sounds:
        assert 0.15 < sound.pace < 0.85 and not sound.held_out
        assert sound.labels()[2] == NO_NAME and not set(sound_caption(sound).split()) & set(PACES)
    assert 0.3 < sum(isinstance(s.pitch, int) for s in sounds) / len(sounds) < 0.7
    drum = THINGS.index("drum")
    beats = lambda pace: int((np.diff((np.abs(synthesize(Sound(drum, 1, pace), np.random.default_rng(1))).reshape(-1, 512).max(1) > 0.3).astype(int)) > 0).sum())
    assert beats(0) < beats(0.5) < beats(1)


def test_a_mixed_condition_tells_what_is_wanted_in_words_of_other_captions():
    known = [s for s in all_sounds() if not s.held_out]
    traits = traits_of(known)
    told = torch.zeros(len(known), 16, 128)
    told[:, :, :3], told[:, :, 3] = traits[:, None], torch.arange(len(known))[:, None].float()
    wanted = traits[::5]
    out = mixed(told, traits, wanted, torch.Generator().manual_seed(1))
    assert torch.equal(out[:, THING_AT:, 0], wanted[:, :1].expand(-1, 16 - THING_AT))
    assert torch.equal(out[:, PACE_AT, 2], wanted[:, 2])
    sources = out[:, [0, PACE_AT, THING_AT], 3]
    assert (sources != sources[:, :1]).any(1).float().mean() > 0.8


@pytest.mark.parametrize("trait, at", [(1, PITCH_AT), (2, PACE_AT)])
def test_what_lies_between_two_is_told_by_a_word_between_theirs(trait, at):
    known = [s for s in all_sounds() if not s.held_out]
    words = torch.nn.functional.layer_norm(torch.randn(3, 128, generator=torch.Generator().manual_seed(1)), (128,))
    told = torch.zeros(len(known), 16, 128)
    told[:, at] = words[traits_of(known)[:, trait].long()]
    wanted = torch.zeros(3, 3)
    wanted[:, trait] = torch.tensor([0, 0.25, 0.75])
    out = mixed(told, traits_of(known), wanted, torch.Generator().manual_seed(2))[:, at]
    near = lambda a, b: float(torch.cosine_similarity(a, b, 0))
    assert near(out[0], words[0]) > 0.999
    assert near(out[1], words[0]) > near(out[1], words[1]) > 0.2 and near(out[2], words[1]) > near(out[2], words[0]) > 0.2


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
