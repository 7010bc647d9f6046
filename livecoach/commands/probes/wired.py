"""Sensors on wires: the bus, who may use it, which chip answers, what it measures."""

import os
import time
from collections.abc import Iterator
from typing import Final

from livecoach.commands.probes.base import Check, Machine, Needs, Status
from livecoach.errors import SourceError
from livecoach.sources.i2c import Bus, Chip, Wanted, open_bus
from livecoach.sources.i2c.chip import FIFO_CTRL4, FIFO_STATUS
from livecoach.sources.i2c.rest import judged
from livecoach.wire import lsm6ds
from livecoach.wire.triples import G_MPS2

_MEASURE_S: Final = 1.5
_POLL_S: Final = 0.02
_RATE_OFF: Final = 0.03
_WIRES = "check the wires: SDA to pin 3, SCL to pin 5, 3.3 V, ground"
_STILL_MPS2 = 1.0


def i2c(machine: Machine, needs: Needs) -> Iterator[Check]:
    """Check every chip that is wanted; on a Pi without a configuration, whatever is on bus 1."""
    wanted = needs.chips
    if not wanted and machine.is_pi and not needs.configured:
        wanted = (Wanted(bus=1), Wanted(bus=1, address=0x6B))
    for node in dict.fromkeys(w.node for w in wanted):
        chips = [w for w in wanted if w.node == node]
        try:
            bus = _opened(machine, node)
        except SourceError as exc:
            problem, _, way_out = str(exc).partition("; ")
            status: Status = "fail" if needs.chips else "warn"
            yield Check("i2c", status, problem, way_out or "pip install 'livecoach[pi]'")
            continue
        try:
            yield Check("i2c", "ok", f"{node} is there and may be used")
            found = False
            for chip in chips:
                checks = list(_chip(bus, chip, needed=bool(needs.chips)))
                found = found or bool(checks)
                yield from checks
            if not found:
                yield Check("imu", "warn", f"no motion sensor answers on {node}", _WIRES)
        finally:
            bus.close()


def iio(machine: Machine, needs: Needs) -> Iterator[Check]:
    """Check every kernel device that is wanted; name those there are."""
    there = {
        p.name: machine.read(f"/{p.relative_to(machine.root)}/name") or "?"
        for p in machine.all("/sys/bus/iio/devices/iio:device*")
    }
    for wanted in needs.devices:
        name = f"iio:{wanted.device}"
        node = machine.at(f"/dev/{name}")
        known = ", ".join(f"{k} ({v})" for k, v in there.items()) or "there are none"
        if name not in there:
            yield Check("iio", "fail", f"no {name}; {known}", "see hw/pi/overlays, or use i2c:")
        elif not os.access(node, os.R_OK):
            way_out = "join the group iio (hw/pi/udev) and log in again"
            yield Check("iio", "fail", f"{node} cannot be read", way_out)
        else:
            yield Check("iio", "ok", f"{name} is {there[name]}")
    if there and not needs.devices and machine.is_pi:
        yield Check("iio", "ok", ", ".join(f"{k} is {v}" for k, v in there.items()))


def _opened(machine: Machine, node: str) -> Bus:
    return (machine.open_bus or open_bus)(node)


def _chip(bus: Bus, wanted: Wanted, *, needed: bool) -> Iterator[Check]:
    """Check one chip; nothing where nothing answers and nothing is needed."""
    chip = Chip(bus, wanted)
    try:
        who = chip.identify()
    except OSError:
        if needed:
            yield Check("imu", "fail", f"nothing answers as {wanted.source}", _WIRES)
        return
    if who != lsm6ds.WHO_AM_I:
        text = f"{wanted.source} answers {who:#04x}: neither LSM6DSOX nor LSM6DSO32"
        yield Check("imu", "fail" if needed else "warn", text, "name the right address: &addr=0x6b")
        return
    yield Check("imu", "ok", f"{wanted.source} answers {who:#04x}")
    if _in_use(bus, wanted):
        text = f"{wanted.source} is in use: gravity, rate and FIFO were not measured"
        yield Check("imu_use", "warn", text, "systemctl stop livecoach, then again")
        return
    try:
        chip.start()
        packets, overruns, took_s = _measured(chip)
        chip.stop()
    except (OSError, SourceError) as exc:
        yield Check("imu_rate", "fail", f"{wanted.source} stopped answering: {exc}", _WIRES)
        return
    yield from _judge(wanted, packets, overruns, took_s)


def _in_use(bus: Bus, wanted: Wanted) -> bool:
    """Tell whether somebody drains its FIFO: it runs, and does not fill."""
    message = __import__("smbus2").i2c_msg

    def read(register: int, count: int) -> bytes:
        back = message.read(wanted.address, count)
        bus.i2c_rdwr(message.write(wanted.address, [register]), back)
        return bytes(back)

    if not read(FIFO_CTRL4, 1)[0] & 7:
        return False
    low, high = read(FIFO_STATUS, 2)
    return (low | (high & 3) << 8) < 256


def _measured(chip: Chip) -> tuple[list[tuple[float, float, float]], int, float]:
    """Return accelerations, overruns and the time they took."""
    stream, overruns = lsm6ds.FifoStream(), 0
    acc: list[tuple[float, float, float]] = []
    time.sleep(_POLL_S)
    chip.drain()
    start = time.monotonic()
    while time.monotonic() - start < _MEASURE_S:
        time.sleep(_POLL_S)
        words, overran = chip.drain()
        overruns += overran
        for packet in stream.update(lsm6ds.burst(chip.settings, words), 0.0):
            acc += packet.acc
    return acc, overruns, time.monotonic() - start


def _judge(
    wanted: Wanted, acc: list[tuple[float, float, float]], overruns: int, took_s: float
) -> Iterator[Check]:
    rate_hz = len(acc) / took_s
    off = rate_hz / wanted.rate_hz - 1.0
    text = f"{rate_hz:.1f} Hz, {100 * off:+.1f} % from {wanted.rate_hz} Hz"
    if abs(off) <= _RATE_OFF:
        yield Check("imu_rate", "ok", text)
    else:
        way_out = "dtparam=i2c_arm_baudrate=400000 in config.txt; end what loads the processor"
        yield Check("imu_rate", "warn" if off < 0.5 and acc else "fail", text, way_out)
    status: Status = "warn" if overruns else "ok"
    yield Check("imu_fifo", status, f"{overruns} overruns in {took_s:.1f} s")
    if acc:
        yield _gravity(wanted, acc)


def _gravity(wanted: Wanted, acc: list[tuple[float, float, float]]) -> Check:
    mean = [sum(axis) / len(acc) for axis in zip(*acc, strict=True)]
    apart = max(max(abs(a - m) for a, m in zip(row, mean, strict=True)) for row in acc)
    size_g = sum(m * m for m in mean) ** 0.5 / G_MPS2
    text = f"{size_g:.2f} g at rest"
    if apart > _STILL_MPS2:
        return Check("imu_gravity", "warn", "it moved: gravity not measured", "lay it down still")
    verdict = judged(size_g)
    if verdict == "right":
        return Check("imu_gravity", "ok", text)
    if verdict == "wrong":
        return Check("imu_gravity", "fail", f"{text}, not 1 g", "replace the sensor")
    other = "lsm6dso32" if wanted.chip == "lsm6dsox" else "lsm6dsox"
    return Check("imu_gravity", "fail", f"{text}: it is no {wanted.chip}", f"say chip={other}")
