"""Runs the sketch in virtual time and reads what it sent."""

import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecoach.wire import pod

_FRAME = struct.Struct("<cHd")


class Frame(NamedTuple):
    """One thing the virtual pod did at true time ``t``; ``kind`` as in host/radio.cpp."""

    kind: str
    t: float
    data: bytes


class Packet(NamedTuple):
    """A stream packet when it left, and the true times of its samples."""

    t: float
    packet: pod.StreamPacket
    true_s: NDArray[np.float64]

    def error_us(self, board_us: int) -> NDArray[np.float64]:
        """Return by how much its samples are dated too late, across the wrap of the clock."""
        n = np.arange(len(self.true_s))
        said_us = self.packet.first_us + n * (self.packet.period_quarter_us * 0.25)
        wrapped: NDArray[np.float64] = np.mod(
            said_us - board_us - self.true_s * 1e6 + 2.0**31, 2.0**32
        )
        return wrapped - 2.0**31


def run(host: Path, *options: str | float) -> Iterator[Frame]:
    """Run the sketch with options of host/main.cpp and yield what it does."""
    command = [str(host), *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while head := process.stdout.read(_FRAME.size):
            kind, length, t = _FRAME.unpack(head)
            yield Frame(kind.decode("ascii"), t, process.stdout.read(length))
        assert process.wait(30) == 0


def packets(frames: Iterator[Frame], others: list[Frame]) -> Iterator[Packet]:
    """Yield the stream, decoded by the coach's own parser; the rest goes into ``others``."""
    for frame in frames:
        if frame.kind == "s":
            times = next(frames)
            yield Packet(frame.t, pod.parse(frame.data), np.frombuffer(times.data))
        else:
            others.append(frame)
