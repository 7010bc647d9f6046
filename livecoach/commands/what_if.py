"""``livecoach replay --what-if``: the difference in cues, for people and for scripts."""

from pathlib import Path
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.table import Table

from livecoach.commands.output import print_json, stdout, watched
from livecoach.model import Cue
from livecoach.report.explain import Explained
from livecoach.report.what_if import Comparison, WhatIf, changed
from livecoach.session.known import recorded_config
from livecoach.sinks.lines import clock, plain
from livecoach.store.reader import SessionFile

_SHOWN = 20
_NAMES = {"beat": "beats", "speech": "words", "tone": "tones", "silence": "silences on purpose"}


def what_if(path: Path, wishes: tuple[str, ...], *, as_json: bool) -> int:
    """Compare a session with itself under changed settings; return the exit code."""
    with SessionFile(path) as session:
        config = recorded_config(session.header, path)
        after, changes = changed(config, wishes)
        both = Comparison(config, after, session.header.profile)
        for x in watched(session.inputs(), [path], "replaying twice"):
            both.update(x)
        found = both.result(session.header.session_id, changes)
    if as_json:
        print_json(_table(found))
    else:
        _print(found)
    return 0


def _table(found: WhatIf) -> dict[str, Any]:
    table: dict[str, Any] = msgspec.to_builtins(found)
    table["changes"] = {
        key: {"recorded": old, "what_if": new} for key, (old, new) in found.changes.items()
    }
    table["identical"] = found.first is None
    names = ("recorded", "what_if")
    first = None if found.first is None else map(msgspec.to_builtins, found.first)
    table["first"] = None if first is None else dict(zip(names, first, strict=True))
    return table


def _print(found: WhatIf) -> None:
    _say(f"{found.session_id}: {found.inputs} inputs, twice")
    for key, (old, new) in found.changes.items():
        _say(f"  {key}: {_value(old)} -> {_value(new)}")
    table = Table("", "recorded", "what if", box=SIMPLE_HEAD, pad_edge=False)
    for kind, name in _NAMES.items():
        one, two = found.recorded.counts[kind], found.what_if.counts[kind]
        table.add_row(name, str(one), str(two))
    table.add_row("last target", _rate(found.recorded.target_spm), _rate(found.what_if.target_spm))
    stdout().print(table)
    if found.first is None:
        _say("The cues are the same.")
    else:
        here, there = found.first
        _say(f"{found.same} cues are the same. The first that differs:")
        _say(f"  recorded {_cue(here)}")
        _say(f"  what if  {_cue(there)}")
    for title, rows in (
        ("Only in the record", found.only_recorded),
        ("Only in the what-if", found.only_what_if),
    ):
        _print_rows(title, rows)
    for note in found.notes:
        _say(note)


def _print_rows(title: str, rows: list[Explained]) -> None:
    if not rows:
        return
    _say(f"{title}:")
    for row in rows[:_SHOWN]:
        what = f'"{row.phrase}"' if row.phrase else f"{row.cues} beats"
        what = "silent on purpose" if row.kind == "silence" else what
        _say(f"{clock(row.t):>8}  {what}: {row.reason}")
    if rows[_SHOWN:]:
        _say(f"          and {len(rows) - _SHOWN} more (--json has them all)")


def _say(line: str) -> None:
    stdout().print(plain(line), markup=False, soft_wrap=True)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "the words in use"
    return "none" if value is None or value == "" else str(value)


def _rate(spm: float | None) -> str:
    return "none" if spm is None else f"{spm:.1f}"


def _cue(cue: Cue | None) -> str:
    if cue is None:
        return "nothing more"
    return f"{cue.t_due:.2f} s  {cue.kind} {cue.phrase}".rstrip() + f": {cue.reason}"
