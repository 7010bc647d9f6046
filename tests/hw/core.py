"""The firmware's C core behind ctypes, and its makefile."""

import ctypes
import shutil
import subprocess
from ctypes import c_int, c_int16, c_size_t, c_uint8, c_uint16, c_uint32, c_uint64
from pathlib import Path

from tests.rigs import require_rig

HW = Path(__file__).resolve().parents[2] / "hw"
FIRMWARE = HW / "firmware"
MOST_BYTES = 244


class Sample(ctypes.Structure):
    """lcpod_sample."""

    _fields_ = (("acc", c_int16 * 3), ("gyr", c_int16 * 3), ("ticks", c_uint32))


class Fifo(ctypes.Structure):
    """lcpod_fifo."""

    _fields_ = (
        ("part", Sample),
        *((name, c_uint8) for name in ("have", "slot", "known", "time_last")),
        ("torn", c_uint32),
        ("bad_words", c_uint32),
    )


class Clock(ctypes.Structure):
    """lcpod_clock."""

    _fields_ = (
        ("us_q24", c_uint64),
        ("ticks", c_uint32),
        ("tick_q24", c_uint32),
        ("mark_ticks", c_uint32 * 8),
        ("mark_us", c_uint32 * 8),
        ("marks", c_uint8),
        ("newest", c_uint8),
        ("wait_us", c_uint32),
    )


class Packer(ctypes.Structure):
    """lcpod_packer."""

    _fields_ = (
        ("buf", c_uint8 * MOST_BYTES),
        *((name, c_uint8) for name in ("n", "most", "flags", "side", "acc_g", "gyr_125")),
        ("degc", ctypes.c_int8),
        ("battery_low", c_uint8),
        *((name, c_uint16) for name in ("count", "battery_mv", "period_q2")),
        *((name, c_uint32) for name in ("first_us", "last_ticks", "block_ticks")),
        ("block_n", c_uint16),
        ("begun", c_uint8),
    )


class Queue(ctypes.Structure):
    """lcpod_queue."""

    _fields_ = (
        ("data", (c_uint8 * MOST_BYTES) * 48),
        ("len", c_uint8 * 48),
        *((name, c_uint8) for name in ("head", "used", "lost")),
    )


class Settings(ctypes.Structure):
    """lcpod_settings."""

    _fields_ = (
        ("rate_hz", c_uint16),
        *((name, c_uint8) for name in ("acc_g", "gyr_125", "samples", "side")),
    )


class State(ctypes.Structure):
    """lcpod_state."""

    _fields_ = (
        ("settings", Settings),
        ("counters", c_uint32 * 4),
        ("serial", c_uint64),
        ("att_payload", c_uint16),
        ("firmware", c_uint8 * 3),
        *((name, c_uint8) for name in ("chip_id", "model", "mount", "faults")),
    )


class Rsc(ctypes.Structure):
    """lcpod_rsc."""

    _fields_ = (
        ("ring", c_uint16 * 256),
        *((name, c_uint16) for name in ("at", "filled", "rate_hz")),
        ("sum", c_uint32),
        *((name, c_uint8) for name in ("acc_g", "part", "every")),
    )


class Write(ctypes.Structure):
    """lcpod_write."""

    _fields_ = (("reg", c_uint8), ("value", c_uint8))


def make(target: str, out: Path, *tools: str) -> str:
    """Make a target of the firmware's makefile into ``out`` and return what it said."""
    for tool in ("make", "gcc", "g++", *tools):
        require_rig(shutil.which(tool) is not None, f"{tool} (sudo apt install it)")
    done = subprocess.run(
        ["make", "-s", f"OUT={out}", target],
        cwd=FIRMWARE,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def load(path: Path) -> ctypes.CDLL:
    """Load the core; what returns something else than int says so here."""
    core = ctypes.CDLL(str(path))
    core.lcpod_pack.restype = c_size_t
    core.lcpod_control.restype = c_size_t
    core.lcpod_clock_us.restype = c_uint32
    core.lcpod_fifo_level.restype = c_uint16
    core.lcpod_rsc_cadence.restype = c_uint8
    core.lcpod_rsc_cadence.argtypes = (ctypes.POINTER(Rsc), c_uint16, c_uint8)
    core.lcpod_fits.restype = c_uint8
    core.lcpod_fits.argtypes = (c_uint16,)
    core.lcpod_queue_put.restype = c_uint8
    core.lcpod_queue_head.restype = ctypes.POINTER(c_uint8)
    core.lcpod_battery_percent.restype = c_uint8
    core.lcpod_battery_percent.argtypes = (c_uint16,)
    core.lcpod_setup.restype = c_int
    return core
