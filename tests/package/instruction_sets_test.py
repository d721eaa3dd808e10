"""Instructions of AVX stand only in the files that are compiled for them: `instruction_sets_test.py FILE.o ...`.

A function that the linker could merge with another file's (a weak symbol) must not be in those files either: the variant for a better
processor might be kept for all."""
import subprocess
import sys
from pathlib import Path


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def kernels_of(path):
    """The instruction set of a file of kernels: "avx2", ...; None for other files."""
    name = Path(path).name
    return name.removeprefix("kernels_").split(".")[0] if name.startswith("kernels_") else None


def main():
    files = sys.argv[1:]
    seen = {kernels_of(path) for path in files}
    assert {"avx2", "avx512", "avx512_bf16", "amx_bf16"} <= seen, seen
    for path in files:
        code, kernels = output("objdump", "-d", "--no-show-raw-insn", path), kernels_of(path)
        if kernels not in ("avx512", "avx512_bf16", "amx_bf16"):
            assert "%zmm" not in code, f"{path} has AVX-512 instructions"
        if Path(path).name.startswith("stack_"):
            assert "GOMP_parallel" in output("nm", path), f"{path} computes its blocks one after the other: it was compiled without OpenMP"
        if kernels is None:
            assert "%ymm" not in code, f"{path} has AVX instructions"
            continue
        assert ("%ymm" if kernels == "avx2" else "%zmm") in code, f"{path} has no {kernels} instructions"
        assert ("vdpbf16ps" in code) == kernels.endswith("bf16"), path
        assert ("tdpbf16ps" in code) == (kernels == "amx_bf16"), path
        symbols = [line for line in output("nm", "-C", path).splitlines() if line.split()[-2:-1] and f" {line[17:18]} " in (" W ", " V ", " u ")]
        assert not symbols, f"{path} has symbols that the linker may merge with another file's: {symbols}"
    print(f"{len(files)} files")


if __name__ == "__main__":
    sys.exit(main())
