"""Checks, and the machine they are made on."""

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

from livecoach.config import Config
from livecoach.sources import i2c, iio

Status: TypeAlias = Literal["ok", "warn", "fail"]


class Check(Struct, frozen=True):
    """One fact: what it is about, how it is, in a line, and what to do when it is not well."""

    name: str
    status: Status
    text: str
    way_out: str = ""


class Needs(Struct, frozen=True, kw_only=True):
    """What a configuration needs; without one, what the machine has is looked at."""

    chips: tuple[i2c.Wanted, ...] = ()
    devices: tuple[iio.Wanted, ...] = ()
    radio: bool = False
    radio_names: tuple[str, ...] = ()
    button: bool = False
    audio: str = "default"
    configured: bool = False


class Machine(Struct, frozen=True, kw_only=True):
    """Where the machine's files are, and how its buses are opened; tests have their own."""

    root: Path = Path("/")
    open_bus: i2c.OpenBus | None = None

    def at(self, path: str) -> Path:
        """Return where a file of the machine is."""
        return self.root / path.lstrip("/")

    def read(self, path: str) -> str | None:
        """Return a file's text without its ends; None when it cannot be read."""
        try:
            return self.at(path).read_text(encoding="utf-8", errors="replace").strip("\0\n ")
        except OSError:
            return None

    def all(self, pattern: str) -> list[Path]:
        """Return the files that a pattern names."""
        return sorted(self.root.glob(pattern.lstrip("/")))

    @property
    def board(self) -> str:
        """What the board says it is; empty on most computers."""
        return self.read("/proc/device-tree/model") or ""

    @property
    def is_pi(self) -> bool:
        """Whether it is a Raspberry Pi."""
        return "Raspberry Pi" in self.board


Probe: TypeAlias = Callable[[Machine, Needs], Iterable[Check]]


def needs_of(config: Config | None) -> Needs:
    """Return what a configuration needs; raises `ConfigError` for a source that makes no sense."""
    if config is None:
        return Needs()
    uris = [uri.partition(":")[::2] for uri in config.sources]
    return Needs(
        chips=tuple(i2c.parse(rest) for scheme, rest in uris if scheme == "i2c"),
        devices=tuple(iio.parse(rest) for scheme, rest in uris if scheme == "iio"),
        radio=any(scheme == "ble" for scheme, _ in uris),
        radio_names=tuple(r.partition("?")[0] for s, r in uris if s == "ble" and r),
        button=config.wearable is not None,
        audio=config.audio.output,
        configured=True,
    )


def checked(
    probes: Sequence[tuple[str, Probe]], machine: Machine, needs: Needs, most_s: float
) -> list[Check]:
    """Run probes side by side; one that takes longer than ``most_s``, or fails, says so itself.

    A probe may wait for a driver that never answers, so each has a thread that nobody waits for.
    """
    found: dict[str, list[Check]] = {}

    def run(name: str, probe: Probe) -> None:
        try:
            found[name] = list(probe(machine, needs))
        except Exception as exc:  # noqa: BLE001 - whatever a machine does is a finding, not an end
            text = f"cannot be checked: {type(exc).__name__}: {exc}"
            found[name] = [Check(name, "warn", " ".join(text.split()))]

    threads = [threading.Thread(target=run, args=probe, daemon=True) for probe in probes]
    for thread in threads:
        thread.start()
    share = threading.Event()
    left_s = most_s
    while left_s > 0.0 and any(thread.is_alive() for thread in threads):
        share.wait(0.02)
        left_s -= 0.02
    late = "gave no answer in time"
    return [c for name, _ in probes for c in found.get(name, [Check(name, "warn", late)])]
