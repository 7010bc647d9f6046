"""A folder that looks like sysfs with one IIO device, and a FIFO for its node."""

import os
import struct
import threading
import time
from pathlib import Path

NAMES = ("in_accel_x", "in_accel_y", "in_accel_z", "in_anglvel_x", "in_anglvel_y", "in_anglvel_z")
PERIOD_NS = 4_807_692


def made(root: Path) -> tuple[Path, Path]:
    """Make sysfs and dev below ``root``; return both."""
    sysfs, dev = root / "sys", root / "dev"
    folder = sysfs / "iio:device0"
    (folder / "scan_elements").mkdir(parents=True)
    (folder / "buffer").mkdir()
    dev.mkdir()
    files = {"name": "lsm6dsox", "sampling_frequency": "208.0", "in_accel_scale": "0.002394",
             "in_anglvel_scale": "0.00122173", "buffer/enable": "0", "buffer/length": "2",
             "current_timestamp_clock": "realtime"}  # fmt: skip
    for k, name in enumerate((*NAMES, "in_timestamp")):
        kind = "le:s64/64>>0" if name == "in_timestamp" else "le:s16/16>>0"
        files |= {f"scan_elements/{name}_en": "0", f"scan_elements/{name}_index": str(k),
                  f"scan_elements/{name}_type": kind}  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(f"{text}\n")
    os.mkfifo(dev / "iio:device0")
    return sysfs, dev


def record(k: int) -> bytes:
    """Return record ``k``: 1 g upwards, and a hole that keeps the time aligned."""
    return struct.pack("<6h4xq", 0, 0, 4096, k % 100, 0, 0, 10**12 + k * PERIOD_NS)


def feed(node: Path, count: int, piece: int = 37) -> threading.Thread:
    """Write records in ragged pieces, at their rate, from another thread, then close."""

    def write() -> None:
        blob = b"".join(record(k) for k in range(count))
        with node.open("wb", buffering=0) as out:
            for at in range(0, len(blob), piece):
                out.write(blob[at : at + piece])
                time.sleep(piece / 24 * PERIOD_NS / 1e9)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    return thread
