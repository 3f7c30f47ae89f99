"""Trains the film denoiser and its τ. Both begin as the picture's: what is left to learn is motion."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from ..nets.condition import WIDTH, ConditionEncoder
from ..nets.diffusion import ddim
from ..nets.film_unet import FilmUNet
from ..world.film import FRAMES, film_caption
from ..world.render import contact_sheet
from .common import WORK, Ema, done, finish, fit, log, result
from .denoising import denoising_loss, freeze_condition, some_words
from .film_judge import load_film_judge, report
from .films import Films, held_films, train_films
from .picture import caption_ids, load_painter
from .tokenizer import keep_tokenizer, tokenizer, tokenizer_of
from .vae import load_first, load_vae

PART, STEPS, FREEZE = "film", 4500, 300
COUNTS = (10, 6)  # of any motion, and of those that turn: in each batch
THING_WEIGHT = 5.0


class FilmMaker(nn.Module):
    def __init__(self, vocabulary: int):
        super().__init__()
        self.unet, self.tau = FilmUNet(), ConditionEncoder(vocabulary)


def from_pictures() -> FilmMaker:
    """Fresh temporal layers in the picture's U-Net, and the picture's τ with its words put where this tokenizer has them."""
    torch.manual_seed(0)
    net, painter = FilmMaker(tokenizer().get_vocab_size()), load_painter()
    net.unet.load_state_dict(painter.unet.state_dict(), strict=False)
    known = tokenizer_of("picture").get_vocab()
    words = net.tau.words.weight.detach().clone()
    for token, i in tokenizer().get_vocab().items():
        if token in known:
            words[i] = painter.tau.words.weight[known[token]]
    net.tau.load_state_dict(painter.tau.state_dict() | {"words.weight": words})
    return net


def latents_and_masks(films: Films) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Normalised latents [N, 4, 16, 8, 8], where the thing is [N, 1, 16, 8, 8], and the latents' mean and deviation."""
    path = WORK / "film-latents.pt"
    if not path.exists():
        vae, _, _ = load_first()
        latents, masks = [], []
        with torch.no_grad():
            for i in range(0, len(films.films), 50):
                x = films.batch(torch.arange(i, min(i + 50, len(films.films)))).flatten(0, 1)
                latents.append(vae.encode(x * 2 - 1).view(-1, FRAMES, 4, 8, 8).transpose(1, 2))
                edge = torch.cat([x[:, :, :, :1], x[:, :, :, -1:]], 3).median(3, keepdim=True)[0]
                masks.append(F.max_pool2d(((x - edge).abs().sum(1, keepdim=True) > 0.25).float(), 8).view(-1, 1, FRAMES, 8, 8).half())
        z = torch.cat(latents)
        mean, std = z.mean((0, 2, 3, 4)), z.std((0, 2, 3, 4))
        torch.save({"latents": ((z - mean[:, None, None, None]) / std[:, None, None, None]), "masks": torch.cat(masks),
                    "mean": mean, "std": std}, path)
        log("encoded the films")
    saved = torch.load(path, weights_only=True)
    return saved["latents"], saved["masks"], saved["mean"], saved["std"]


def film_ids(captions: list[str]) -> Tensor:
    return caption_ids(captions, tokenizer_of(PART))


def train() -> None:
    films = train_films()
    latents, masks, mean, std = latents_and_masks(films)
    full = film_ids([film_caption(f) for f in films.films])
    net = from_pictures()
    ema = Ema(net)

    def loss_of(step: int, g: torch.Generator) -> Tensor:
        if step >= FREEZE:
            freeze_condition(net, ema)
        index = films.draw(COUNTS, g)
        words = some_words(full[index], full[index], 0, g)
        return denoising_loss(net.unet, latents[index], net.tau(words), 1 + THING_WEIGHT * masks[index].float(), g)

    def watch(step: int) -> None:
        if step == FREEZE:
            finish(f"{PART}-early", net=ema.net.state_dict(), mean=mean, std=std)
        if (step == FREEZE or step % 1000 == 0) and done("film_judge"):
            Gate(mean, std)(ema.net, step)

    fit(PART, net, loss_of, STEPS, peak=1e-3, ema=ema, save_every=100, log_every=50, watch=watch)
    finish(PART, net=ema.net.state_dict(), mean=mean, std=std)
    keep_tokenizer(PART)


class Gate:
    """Makes films of held-out pairs from τ directly and has the judge read them."""

    def __init__(self, mean: Tensor, std: Tensor, count: int = 48):
        self.vae, self.mean, self.std = load_vae("film_decoder")[0], mean, std
        self.judge = load_film_judge()
        held = held_films()
        self.films, self.labels = held.films[:count], held.labels[:count]

    def make(self, net: FilmMaker, condition: Tensor, seed: int = 3) -> Tensor:
        noise = torch.randn(len(condition), 4, FRAMES, 8, 8, generator=torch.Generator().manual_seed(seed))
        out = []
        for z, c in zip(noise.split(16), condition.split(16)):
            z = ddim(net.unet, z, c, torch.zeros(1, 16, WIDTH)) * self.std[:, None, None, None] + self.mean[:, None, None, None]
            frames = self.vae.decoder(z.transpose(1, 2).flatten(0, 1))
            out.append(((frames + 1) / 2).view(-1, FRAMES, *frames.shape[1:]))
        return torch.cat(out).clamp(0, 1)

    @torch.no_grad()
    def __call__(self, net: FilmMaker, step: int) -> None:
        x = self.make(net, net.tau(film_ids([film_caption(f) for f in self.films])))
        log("gate at", step, "held-out pairs", report(self.judge, x, self.labels))
        strips = (x[:12, ::2].flatten(0, 1).permute(0, 2, 3, 1) * 255).byte().numpy()
        Image.fromarray(contact_sheet(strips, 8)).save(WORK / f"film-{step}.png")


def load_film_maker() -> tuple[FilmMaker, Tensor, Tensor]:
    """The finished film maker, or the early one while the denoiser is still in training (τ is the same)."""
    saved = result(PART if done(PART) else "film-early")
    net = FilmMaker(tokenizer_of(PART).get_vocab_size()).eval().requires_grad_(False)
    net.load_state_dict(saved["net"])
    return net, saved["mean"], saved["std"]


def main() -> None:
    if not done(PART):
        train()
