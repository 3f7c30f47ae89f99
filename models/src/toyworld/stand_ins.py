"""Lets PyPI's torch load on a machine without CUDA's libraries: its loader wants them by name, so empty ones take their
place. CUDA's small runtime is the real one and reports that there is no GPU. Run once, by models/setup."""
from __future__ import annotations

import collections
import glob
import os
import subprocess
import sysconfig
import tempfile


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    site = sysconfig.get_paths()["purelib"]
    lib = f"{site}/torch/lib"
    files = glob.glob(f"{lib}/*.so*")
    have = {os.path.basename(f) for f in files} | {"libcudart.so.13", "libcuda.so.1"}
    needed: set[str] = set()
    symbols: dict[str, set[str]] = collections.defaultdict(set)  # by symbol version
    for file in files:
        needed |= {line.split("[")[1][:-1] for line in run("readelf", "-d", file).splitlines() if "NEEDED" in line}
        for line in run("nm", "-D", "--undefined-only", file).splitlines():
            name, _, version = line.split()[-1].partition("@")
            symbols[version].add(name)
    missing = sorted(n for n in needed - have if n.startswith(("libcu", "libnv", "libnccl")))
    with tempfile.TemporaryDirectory() as work:
        for library in missing:
            versions = {v: names for v, names in symbols.items() if v == library or v == "NVSHMEM" and "nvshmem" in library}
            names = set().union(*versions.values())
            if library == missing[0]:  # symbols without a version can live in any one of them
                names |= {s for s in symbols[""] if s.startswith(("cu", "nccl", "nv"))}
            source, script = f"{work}/stub.c", f"{work}/stub.map"
            with open(source, "w") as out:
                out.write("".join(f"void {name}(void){{__builtin_trap();}}\n" for name in sorted(names)) or "int unused;")
            with open(script, "w") as out:
                out.write("".join(v + " {" + "".join(f" {n};" for n in ns) + " };\n" for v, ns in versions.items()) or "{ };\n")
            run("gcc", "-w", "-fno-builtin", "-shared", "-fPIC", "-o", f"{lib}/{library}", f"-Wl,-soname,{library}",
                f"-Wl,--version-script={script}", source)
    runtime = glob.glob(f"{site}/nvidia/**/libcudart.so.13", recursive=True)[0]
    if not os.path.exists(f"{lib}/libcudart.so.13"):
        os.symlink(runtime, f"{lib}/libcudart.so.13")


if __name__ == "__main__":
    main()
