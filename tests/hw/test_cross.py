"""The core for the pod's processors: it needs no libc, stays small, and computes the same."""

import re
from pathlib import Path

import pytest

from tests.hw.core import HW, make

_GUIDE = (HW / "README.md").read_text("utf-8")


def _figures(said: str) -> dict[str, int]:
    return {name: int(value) for name, value in re.findall(r"^(\w+) (\d+)$", said, re.MULTILINE)}


@pytest.mark.rig
@pytest.mark.parametrize(
    ("target", "compiler", "processor", "most_bytes"),
    [
        ("m4", "arm-none-eabi-gcc", "Cortex-M4F", 3600),
        ("rv32", "riscv64-unknown-elf-gcc", "RV32IMC", 4800),
    ],
)
def test_size(out: Path, target: str, compiler: str, processor: str, most_bytes: int) -> None:
    text, data, bss, *_ = make(target, out, compiler).splitlines()[1].split()
    assert 0 < int(text) < most_bytes
    told = re.search(rf"core, {processor}, -Os \| ([\d.]+) kB", _GUIDE)
    assert told is not None
    assert int(text) == pytest.approx(1000 * float(told[1]), rel=0.1)
    assert (int(data), int(bss)) == (0, 0)


@pytest.mark.rig
def test_the_emulated_processor_computes_the_same(out: Path) -> None:
    """Same vectors, same hash; a second of samples takes under 2 % of a 64 MHz Cortex-M4.

    qemu counts instructions, not cycles: one cycle each is assumed, twice that would do as well.
    """
    there = _figures(make("qemu", out, "arm-none-eabi-gcc", "qemu-system-arm"))
    here = _figures(make("vectors", out))
    assert {name: there[name] for name in here} == here
    assert here["cadence"] == 84
    a_sample = sum(there[f"instructions_{part}"] for part in ("parse", "pack", "feel"))
    a_second = 208 * a_sample + there["instructions_cadence"]
    assert 0 < a_second < 0.02 * 64e6
