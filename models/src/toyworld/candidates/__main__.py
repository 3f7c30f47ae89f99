"""python -m toyworld.candidates KIND --of BUNDLE --to FOLDER --version X.Y.Z: writes a whole bundle of a picture generator, good or bad."""
import argparse
import json
from pathlib import Path

from .kinds import BROKEN, REFUSED, SERVED, Options
from .writing import write

KINDS = SERVED | REFUSED | BROKEN
parser = argparse.ArgumentParser(
    prog="toyworld.candidates", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
    epilog="kinds:\n" + "".join(f"  {name:18} {' '.join((kind.__doc__ or '').split())}\n" for name, kind in KINDS.items()))
parser.add_argument("kind", choices=KINDS, metavar="KIND", help="see below")
parser.add_argument("--of", type=Path, required=True, metavar="BUNDLE", help="the good bundle that it is made of")
parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="where it goes; must not be there")
parser.add_argument("--version", required=True)
parser.add_argument("--seed", type=int, default=Options.seed)
parser.add_argument("--pipeline", type=json.loads, default={}, metavar="JSON", help="keys of the manifest's pipeline that it has otherwise, with any kind")
parser.add_argument("--sigma", type=float, default=Options.sigma, help="perturbed: of each tensor's deviation; 0.2 is slightly worse, 0.5 plainly wrong (%(default)s)")
parser.add_argument("--share", type=float, help="of the captions, more than 0 and less than 1 (nan: all; sometimes-wrong: 0.3; failing, crashing, hungry: 0.1)")
parser.add_argument("--factor", type=int, default=Options.factor, help="slow (%(default)s)")
parser.add_argument("--megabytes", type=int, default=Options.megabytes, help="hungry (%(default)s)")
parser.add_argument("--file", default=Options.file, help="missing-file, wrong-checksum (%(default)s)")
parser.add_argument("--space", help="wrong-space (the right one with -next behind it)")
parser.add_argument("--instead", default=Options.instead, metavar="CAPTION", help="sometimes-wrong (%(default)s)")
parser.add_argument("--good-on", type=Path, metavar="FILE", help="captions, one a line, that are never in the share")
given = vars(parser.parse_args())
kind, of, to, version, pipeline = (given.pop(name) for name in ("kind", "of", "to", "version", "pipeline"))
texts = given.pop("good_on")
try:
    write(kind, of, to, version, Options(**given, good_on=tuple(texts.read_text().splitlines()) if texts else ()), pipeline)
except (ValueError, OSError) as e:
    parser.error(str(e))
