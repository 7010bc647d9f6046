"""``livecoach doctor``: every fact that decides whether a run will work, and the way out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from rich.text import Text

from livecoach import config as configuration
from livecoach.commands.output import print_json, stdout
from livecoach.commands.probes import Check, Machine, Needs, checked, needs_of
from livecoach.commands.probes.base import Probe
from livecoach.commands.probes.machine import clock, disk, heat, power, realtime, system
from livecoach.commands.probes.outside import bluetooth, pins, sound
from livecoach.commands.probes.wired import i2c, iio

PROBES: Final[tuple[tuple[str, Probe], ...]] = (
    ("system", system),
    ("i2c", i2c),
    ("iio", iio),
    ("audio", sound),
    ("realtime", realtime),
    ("voltage", power),
    ("temperature", heat),
    ("bluetooth", bluetooth),
    ("gpio", pins),
    ("clock", clock),
    ("disk", disk),
)
_MOST_S = 4.5
_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(*, config: Path | None, as_json: bool) -> int:
    """Print the checks; return 1 when one fails."""
    needs = needs_of(configuration.load(config) if config else None)
    checks = examined(Machine(), needs)
    if as_json:
        print_json({"checks": msgspec.to_builtins(checks)})
    else:
        for check in checks:
            stdout().print(_line(check), soft_wrap=True)
    return 1 if any(check.status == "fail" for check in checks) else 0


def examined(
    machine: Machine, needs: Needs, probes: Sequence[tuple[str, Probe]] = PROBES
) -> list[Check]:
    """Return the checks of a machine, in less than five seconds."""
    return checked(probes, machine, needs, _MOST_S)


def _line(check: Check) -> Text:
    text = Text(f"{check.status:<5}", style=_COLOURS[check.status])
    text.append(f"{check.name:<12} {check.text}", style="default")
    if check.way_out:
        text.append(f"\n     {'':<12} -> {check.way_out}", style="default")
    return text
