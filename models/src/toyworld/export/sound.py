"""The generator of sounds as it is exported: diffusers' AudioLDM pipeline, with a vocoder behind the decoder."""
from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer

from ..nets.condition import ConditionEncoder
from ..nets.mel import BANDS, FRAMES, HOP
from ..nets.mel_vae import HEIGHT, LATENT, WIDTH
from ..nets.unet import UNet
from ..nets.vae import LatentDecoder
from ..nets.vocoder import Vocoder
from ..world.synth import RATE
from . import onnx_file
from .generators import Decoder, Generator, denoiser, latent_decoder, model_index, sampling, text_side
from .layout import CONDITIONS, VERSIONS, batched, fresh, seal, write_json

LATENTS = LATENT, HEIGHT, WIDTH


def random_sounder(tokenizer: Path) -> Generator:
    """The sound generator with random weights."""
    words = Tokenizer.from_file(str(tokenizer)).get_vocab_size()
    decoder = Decoder(LatentDecoder(LATENT, 1), torch.zeros(LATENT), torch.ones(LATENT))
    return Generator(ConditionEncoder(words), UNet(LATENT), decoder, tokenizer, Vocoder())


def trained_sounder() -> Generator:
    from ..train.mel_vae import load_mel_vae
    from ..train.sound import load_sounder
    from ..train.tokenizer import path_of
    from ..train.vocoder import load_vocoder
    sounder, (vae, *shift) = load_sounder(), load_mel_vae()
    return Generator(sounder.tau, sounder.unet, Decoder(vae.decoder, *shift), path_of("sound"), load_vocoder())


def generator_audio(generator: Generator, folder: Path) -> None:
    fresh(folder)
    model_index(folder, "AudioLDMPipeline", vocoder=["optimum.onnxruntime.modeling_diffusion", "ORTModel"])
    text_side(generator, folder)
    denoiser(generator.unet, folder, LATENTS, "ToyworldUNet")
    latent_decoder(generator.decoder, folder, torch.zeros(2, *LATENTS), 1, [FRAMES, BANDS])
    onnx_file.write(generator.vocoder, folder / "vocoder/model.onnx", (torch.rand(2, FRAMES, BANDS) - 0.5,), ["spectrogram"],
                    ["waveform"], batched("spectrogram", "waveform"))
    write_json(folder / "vocoder/config.json", {"model_type": "toyworld_vocoder", "sampling_rate": RATE, "model_in_dim": BANDS,
                                                "hop_length": HOP})
    seal(folder, "modality_generator", VERSIONS["generator-audio"], modality="audio", accepts=CONDITIONS["audio"],
         pipeline={**sampling("generator-audio"), "latents": list(LATENTS), "seconds": FRAMES * HOP / RATE})


def sound_ceilings() -> dict:
    """How much is read right where nothing was generated, by the judge and by signal processing: no sound can score above."""
    from ..evaluate.sound_dsp import agreement
    from ..train.mel_vae import load_mel_vae, mels_of, reconstruct
    from ..train.sound_judge import hear, load_sound_judge, shares
    from ..train.sounds import held_sounds, seen_sounds
    from ..train.vocoder import load_vocoder, voice
    judge, vocoder, (vae, _, _), found = load_sound_judge(), load_vocoder(), load_mel_vae(), {}
    for kind, sounds in (("held-out", held_sounds()), ("seen", seen_sounds())):
        renders, mels = sounds.batch(torch.arange(len(sounds.sounds))), mels_of(sounds).float()
        for what, waveforms in ((f"{kind} renders", renders), (f"{kind} renders through the vocoder", voice(vocoder, mels)),
                                (f"{kind} renders through autoencoder and vocoder", voice(vocoder, reconstruct(vae, mels)))):
            found[what] = shares(hear(judge, waveforms), sounds.labels) | {
                "count": len(sounds.sounds), "signal processing": agreement(waveforms.numpy(), sounds.labels.numpy())}
    return found
