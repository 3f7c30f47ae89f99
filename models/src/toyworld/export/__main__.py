"""python -m toyworld.export [--random | --language | --few-steps | --checks | --graphs fast|plain] [--judge] [--out DIR]: writes bundles and fixtures, and the judges if asked to."""
import argparse
import shutil
import tempfile
from pathlib import Path

import torch

from ..train.common import MODELS
from ..train.tokenizer import PATH, tokenizer
from . import bundles, checks, fixtures
from .family import ceilings, drawing, random_family, speaking, trained_family
from .layout import write_json
from .reading import exported_family

parser = argparse.ArgumentParser(prog="toyworld.export", description=__doc__)
which = parser.add_mutually_exclusive_group()
which.add_argument("--random", action="store_true", help="the same shapes with random weights")
which.add_argument("--language", action="store_true", help="the backbone and the projectors only; all else stays as it was exported")
which.add_argument("--few-steps", action="store_true", help="the picture generators only, the one of few steps from its checkpoint")
which.add_argument("--checks", action="store_true", help="check.json of the encoder and the generators only, which are as they were exported")
which.add_argument("--graphs", choices=("fast", "plain"), help="the committed weights in graphs as all exports write them, or as torch traces the networks")
parser.add_argument("--judge", action="store_true", help="the judges too, measured anew on renders and reconstructions")
parser.add_argument("--out", type=Path, default=MODELS, help="where toyworld/, judges/ and fixtures/ go")
options = parser.parse_args()
if options.judge and (options.language or options.few_steps or options.checks or options.graphs):
    parser.error("--language, --few-steps, --checks and --graphs leave the judges as they are: leave --judge out")

torch.set_num_threads(1)
exported = lambda: exported_family(MODELS / "toyworld", MODELS / "judges")
if options.checks:
    checks.write(exported_family(options.out / "toyworld", MODELS / "judges"), options.out / "toyworld", options.out / "fixtures")
    raise SystemExit
if options.graphs:
    family, committed = exported().rounded(), MODELS / "toyworld"
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.out) as folder:  # as the tokenizers come from bundles that may be the ones to replace
        made = Path(folder) / "toyworld"
        bundles.write_all(family.fast() if options.graphs == "fast" else family, made, committed / "backbone/tokenizer.json")
        checks.keep(committed, made)
        shutil.rmtree(options.out / "toyworld", ignore_errors=True)
        made.rename(options.out / "toyworld")
    raise SystemExit
tokenizer()
if options.random:
    family = random_family(PATH).rounded()
    bundles.write_all(family.fast(), options.out, PATH)
else:
    family = speaking(exported()) if options.language else drawing(exported()) if options.few_steps else trained_family()
    before, family = family.probe(), family.rounded()
    print("what rounding to fp16 and int8 costs (largest change; largest output):")
    for name, after in family.probe().items():
        print(f"| {name} | {float((after - before[name]).abs().max()):.1e} | {float(after.abs().max()):.1f} |")
    if options.few_steps:
        bundles.write_pictures(family.fast(), options.out / "toyworld")
    else:
        (bundles.write_language if options.language else bundles.write_all)(family.fast(), options.out / "toyworld", PATH)
    if options.judge:
        for modality, judge in family.judges.items():
            bundles.judge(judge, options.out / "judges" / modality, modality)
            write_json(options.out / "judges" / modality / "ceiling.json", ceilings(modality, judge))
fixtures.write(family, options.out / "fixtures")
checks.write(family, options.out if options.random else options.out / "toyworld", options.out / "fixtures")
total = sum(p.stat().st_size for p in options.out.rglob("*.onnx") if not p.is_symlink())
print(f"{total / 1e6:.2f} MB of ONNX under {options.out}")
