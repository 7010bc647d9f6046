"""``livecoach export``: a session as a file for other programs."""

import sys
from collections.abc import Iterator
from pathlib import Path

from livecoach.commands.output import known_at, placed, print_json, stdout, write_whole
from livecoach.errors import ConfigError
from livecoach.model import Event
from livecoach.report.export import Exported, Format
from livecoach.report.export import export as export_session
from livecoach.sinks.lines import clock, plain
from livecoach.store.places import sessions_dir
from livecoach.store.reader import SessionFile, find_session


def export(
    *,
    ident: str,
    folder: Path | None,
    out: str | None,
    fit: bool,
    tcx: bool,
    csv: bool,
    as_json: bool,
) -> int:
    """Write a session as another kind of file; return the exit code."""
    form = _chosen(fit=fit, tcx=tcx, csv=csv)
    if out is not None and not out:
        raise ConfigError("--out", "name a file, or - for standard output")
    if out == "-" and as_json:
        raise ConfigError("--json", "standard output can't carry the file too: leave out -o -")
    path = find_session(ident, folder or sessions_dir())
    with SessionFile(path) as session:
        target = Path(out or f"{path.stem}.{form}")
        if target.exists() and target.samefile(path):
            raise ConfigError("--out", f"{target} is the session itself; choose another name")
        duration_s = session.duration_s()

        def watch(events: Iterator[Event]) -> Iterator[Event]:
            return placed(events, known_at, duration_s, "exporting")

        done = export_session(session, form, watch)
        session_id = session.header.session_id
    if out == "-":
        sys.stdout.buffer.write(done.data)
        return 0
    write_whole(target, done.data)
    if as_json:
        print_json(_table(session_id, target, form, done))
    else:
        stdout().print(plain(_line(target, done)), markup=False, soft_wrap=True)
    return 0


def _chosen(**wanted: bool) -> Format:
    forms: dict[str, Format] = {"fit": "fit", "tcx": "tcx", "csv": "csv"}
    chosen = [forms[name] for name, is_wanted in wanted.items() if is_wanted]
    if len(chosen) != 1:
        raise ConfigError("export", "say one of --fit, --tcx and --csv")
    return chosen[0]


def _table(session_id: str, target: Path, form: Format, done: Exported) -> dict[str, object]:
    return {
        "session_id": session_id,
        "file": str(target),
        "format": form,
        "bytes": len(done.data),
        "records": done.rows,
        "started_at": done.started.isoformat(),
        "seconds": done.seconds,
        "distance_m": done.distance_m,
        "laps": done.laps,
        "pauses": done.pauses,
        "markers": done.markers,
    }


def _line(target: Path, done: Exported) -> str:
    if done.seconds is None:
        return f"{target}: {done.rows} rows"
    far = "distance unknown" if done.distance_m is None else f"{done.distance_m / 1e3:.2f} km"
    started = f"{done.started:%Y-%m-%d %H:%M} UTC{done.started:%z}"
    counts = f"{_of(done.laps, 'lap')}, {_of(done.pauses, 'pause')}, {_of(done.markers, 'cue')}"
    return f"{target}: {clock(done.seconds)} in motion, {far}, {counts}; began {started}"


def _of(count: int | None, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
