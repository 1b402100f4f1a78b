"""Let the Linux build of PyTorch start without three gigabytes of CUDA libraries.

The wheel of PyTorch that the Python Package Index has for Linux on x86-64 is linked against cuBLAS, cuDNN, NCCL and
more, and so refuses to start without them, although nothing here uses a GPU. This script looks for the libraries that
the wheel asks for and that are not installed, and puts an empty one in the place of each. Every function in it returns
1, which all these interfaces read as an error: nobody can get a wrong number out of it. `setup.sh` installs the few
small CUDA libraries that do run on a machine without a GPU (the runtime, which then says "no device", and two more).

Needs a C compiler and binutils. Does nothing, and is not an error, where nothing is missing (macOS, Arm, a full CUDA
installation).

    python cuda_stubs.py SITE_PACKAGES
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

# The sonames that may be stubbed; anything else that is missing is a real fault, and `import torch` shall say so.
CUDA_SONAME = re.compile(r"lib(cu|nv|nccl)\w*\.so\.\d+")
CUDA_SYMBOL = re.compile(r"(cu|nv|nccl)[A-Za-z_]\w*")


def output_of(*command: str | Path) -> str:
    """Standard output of a command that must succeed."""
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def needed_sonames(library: Path) -> set[str]:
    """Names of the shared libraries that `library` asks the loader for."""
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", output_of("readelf", "-dW", library)))


def undefined_symbols(library: Path) -> set[tuple[str, str]]:
    """Symbols that `library` expects from others, as (name, version); an unversioned one has the version ''."""
    lines = output_of("nm", "-D", "--undefined-only", library).splitlines()
    names = (line.split()[-1] for line in lines)
    return {(name.partition("@")[0], name.partition("@")[2].lstrip("@")) for name in names}


def defined_symbols(library: Path) -> set[str]:
    """Names of the symbols that `library` offers."""
    lines = output_of("nm", "-D", "--defined-only", library).splitlines()
    return {line.split()[-1].partition("@")[0] for line in lines}


def version_files(library: Path) -> dict[str, str]:
    """Which soname each symbol version that `library` needs belongs to."""
    found: dict[str, str] = {}
    soname = ""
    for line in output_of("readelf", "-VW", library).splitlines():
        if file := re.search(r"File: (\S+)", line):
            soname = file.group(1)
        elif name := re.search(r"Name: (\S+)\s+Flags", line):
            found.setdefault(name.group(1), soname)
    return found


def build_stub(path: Path, symbols: dict[str, set[str]]) -> None:
    """Compiles a shared library at `path` with the functions `symbols` (version -> names) and nothing else."""
    functions = sorted({name for names in symbols.values() for name in names})
    source = "".join(f"int {name}(void) {{ return 1; }}\n" for name in functions)
    versions = "".join(
        f"{version} {{ global: {' '.join(f'{name};' for name in sorted(names))} }};\n"
        for version, names in sorted(symbols.items())
        if version
    )
    with tempfile.TemporaryDirectory() as folder:
        code, script = Path(folder, "stub.c"), Path(folder, "versions.map")
        code.write_text(source)
        script.write_text(versions)
        options = [f"-Wl,-soname,{path.name}"] + ([f"-Wl,--version-script={script}"] if versions else [])
        output_of("cc", "-w", "-fno-builtin", "-shared", "-fPIC", *options, "-o", path, code)


def main(site_packages: Path) -> None:
    """Stubs what is missing in `site_packages`, and says what it did."""
    torch_lib = site_packages / "torch" / "lib"
    libraries = sorted(torch_lib.glob("libtorch*.so")) + sorted(torch_lib.glob("libc10*.so"))
    if not any(library.name == "libtorch_cuda.so" for library in libraries):
        print("this build of PyTorch has no CUDA part: no stubs needed")
        return

    installed = sorted((site_packages / "nvidia").glob("**/*.so*")) + libraries
    present = {library.name for library in installed}
    wanted = {soname for library in libraries for soname in needed_sonames(library) if CUDA_SONAME.fullmatch(soname)}
    missing = sorted(wanted - present)
    if not missing:
        print("all CUDA libraries are installed: no stubs needed")
        return

    offered = {name for library in installed for name in defined_symbols(library)}
    stubs: dict[str, dict[str, set[str]]] = {soname: defaultdict(set) for soname in missing}
    for library in libraries:
        owner = version_files(library)
        for name, version in undefined_symbols(library):
            if version and owner.get(version) in stubs:
                stubs[owner[version]][version].add(name)
            elif not version and CUDA_SYMBOL.fullmatch(name) and name not in offered:
                stubs[missing[0]][""].add(name)  # which library has it is not recorded, so any one will do
    for soname, symbols in stubs.items():
        build_stub(torch_lib / soname, symbols)
        print(f"stub {soname}: {sum(len(names) for names in symbols.values())} functions")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
