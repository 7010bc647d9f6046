"""``livecoach report``: a session as a page to look at and to print."""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from livecoach.commands.output import known_at, placed, print_json, stdout, write_whole
from livecoach.errors import ConfigError, SinkError
from livecoach.model import Event
from livecoach.report.blocks import Mean
from livecoach.report.gather import Own, earlier, own_way, review
from livecoach.report.review import Review, Section
from livecoach.report.sentences import kept_gain, latest_effects, sentences
from livecoach.sinks.lines import plain
from livecoach.store.places import sessions_dir
from livecoach.store.reader import SessionFile, find_session

Draw: TypeAlias = Callable[[Review, list[Review], Own | None], str]


def report(*, ident: str, out: str | None, folder: Path | None, as_json: bool) -> int:
    """Write a session's page; return the exit code."""
    if out is not None and not out:
        raise ConfigError("--out", "name a file, or - for standard output")
    if out == "-" and as_json:
        raise ConfigError("--json", "standard output can't carry the page too: leave out -o -")
    path = find_session(ident, folder or sessions_dir())
    target = Path(out or f"{path.stem}.html")
    if target.exists() and target.samefile(path):
        raise ConfigError("--out", f"{target} is the session itself; choose another name")
    draw = None if as_json and out is None else _drawing()
    found, before, own = _found(path)
    if draw is not None:
        text = draw(found, before, own)
        if out == "-":
            sys.stdout.write(text)
            return 0
        write_whole(target, text.encode())
    if as_json:
        print_json(_table(found, before, own, None if draw is None else target))
        return 0
    for line in (*sentences(found, own), f"Written to {target}"):
        stdout().print(plain(line.replace("\N{NO-BREAK SPACE}", " ")), markup=False, soft_wrap=True)
    return 0


def _drawing() -> Draw:
    try:
        draw: Draw = import_module("livecoach.report.page").page
    except ImportError as exc:
        msg = f"a report needs matplotlib: pip install 'livecoach[report]' ({exc})"
        raise SinkError(msg) from exc
    return draw


def _found(path: Path) -> tuple[Review, list[Review], Own | None]:
    with SessionFile(path) as session:
        end_s = session.duration_s()

        def watch(events: Iterator[Event], what: str) -> Iterator[Event]:
            return placed(events, known_at, end_s, f"reading {what}")

        found = review(session, watch)
    before = earlier(found, path.parent, watch)
    return found, before, own_way(found, before)


def _table(
    of: Review, before: list[Review], own: Own | None, file: Path | None
) -> dict[str, object]:
    kept = kept_gain(of, own)
    return {
        "session_id": of.session_id,
        "file": None if file is None else str(file),
        "runner": of.runner,
        "origin": of.origin,
        "started_at": of.started_at,
        "duration_s": of.duration_s,
        "distance_m": of.distance_m,
        "target_spm": of.target_spm,
        "on_target_ratio": of.on_target_ratio,
        "sentences": [s.replace("\N{NO-BREAK SPACE}", " ") for s in sentences(of, own)],
        "own": None if own is None else {"session_id": own.session_id, **_part(own.section)},
        "parts": {name: _part(section) for name, section in of.parts.items()},
        "left": _means(of.whole.left),
        "right": _means(of.whole.right),
        "left_less_right": _means(of.whole.apart),
        "kept_ratio": None if kept is None else {"value": kept.value, "margin": kept.margin},
        "retention": of.retention,
        "effects": latest_effects(of),
        "earlier": [
            {"session_id": r.session_id, "started_at": r.started_at, **_part(r.whole)}
            for r in before
        ],
    }


def _part(section: Section) -> dict[str, object]:
    means = _means(section.means)
    return {"start_s": section.start_s, "end_s": section.end_s, "means": means}


def _means(means: dict[str, Mean]) -> dict[str, dict[str, float | None]]:
    return {
        name: {"value": m.value, "margin": m.margin, "seconds": m.seconds}
        for name, m in means.items()
    }
