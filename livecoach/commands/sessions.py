"""``livecoach sessions``: what there is, and letting go of what is old."""

import re
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from livecoach.commands.output import counted, print_json, stdout
from livecoach.errors import ConfigError
from livecoach.session.history import SessionRow, list_sessions, remove, started_before
from livecoach.sinks.lines import clock
from livecoach.store.places import sessions_dir

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def sessions(*, folder: Path | None, prune: str | None, yes: bool, as_json: bool) -> int:
    """List sessions, newest first, or remove old ones; return the exit code."""
    where = folder or sessions_dir()
    age = None if prune is None else _age(prune)
    rows = list_sessions(where, partial(counted, what="summing up"))
    if age is not None:
        return _prune([row for row in rows if started_before(row, age)], yes=yes, as_json=as_json)
    if as_json:
        print_json(rows)
        return 0
    if rows:
        stdout().print(_table(rows))
    else:
        stdout().print(f"No sessions in {where} yet: livecoach run makes one.", markup=False)
    return 0


def _prune(old: list[SessionRow], *, yes: bool, as_json: bool) -> int:
    """Remove sessions, once they were shown and it was agreed to.

    What is running or in use is kept, and so is what cannot be read: it may be of a newer
    livecoach, or still be saved. Baselines and everything else in the profile stay.
    """
    old = [row for row in old if row.state not in {"running", "unreadable"}]
    if as_json:
        gone = {row.id: remove(row) for row in old}
        print_json({"removed": [i for i in gone if gone[i]], "kept": _not(gone)})
        return int(not all(gone.values()))
    if not old:
        stdout().print("No session is that old.")
        return 0
    stdout().print(_table(old))
    if not yes:
        if not sys.stdin.isatty():
            raise ConfigError("--prune", "nobody is there to ask: add --yes to remove these")
        megabytes = sum(Path(row.path).stat().st_size for row in old) / 1e6
        if not click.confirm(f"Remove these {len(old)} for good ({megabytes:.0f} MB)?"):
            return 1
    gone = {row.id: remove(row) for row in old}
    stdout().print(f"Removed {sum(gone.values())}.")
    for ident in _not(gone):
        stdout().print(f"Kept {ident}: it is in use, or may not be removed.", markup=False)
    return int(not all(gone.values()))


def _not(gone: dict[str, bool]) -> list[str]:
    return [ident for ident, removed in gone.items() if not removed]


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,5})([hdw])", text.strip().lower())
    if not found:
        raise ConfigError("--prune", f"{text!r} is not an age like 30d (or 12h, 8w)")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _table(rows: list[SessionRow]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("session", no_wrap=True)
    for name in ("started", "length", "km", "steps", "rate", "on target", "cues", "ended"):
        table.add_column(name, overflow="fold")
    for row in rows:
        kept = row.target_kept_ratio
        table.add_row(
            row.id,
            (row.started_at or "unknown").replace("T", " ")[:16],
            _known(None if row.duration_s is None else clock(row.duration_s)),
            _known(None if row.distance_m is None else f"{row.distance_m / 1e3:.2f}"),
            str(row.steps),
            _known(None if row.mean_step_rate_spm is None else f"{row.mean_step_rate_spm:.1f}"),
            "no target" if kept is None else f"{100 * kept:.0f} %",
            str(row.cues),
            row.state
            + ("" if row.raw_end_s is None else f", sensor data until {clock(row.raw_end_s)}"),
        )
    return table


def _known(text: str | None) -> str:
    return "unknown" if text is None else text
