"""``livecoach analyze``: a for-loop over the streaming code, and a table of what came out."""

import csv
import sys
from pathlib import Path
from typing import TextIO

from livecoach.coach import CoachParams
from livecoach.commands.output import print_json, stdout, watched
from livecoach.config import parse_speed
from livecoach.errors import ConfigError, SinkError
from livecoach.model import Link, Mount, Notice, Profile
from livecoach.report.tables import POD_COLUMNS, STEP_COLUMNS, PodTable, StepTable
from livecoach.session import Pipeline, Tally
from livecoach.session.pacing import merged
from livecoach.sinks.lines import clock, plain, skipped_line
from livecoach.sources import expanded, open_sources
from livecoach.sources.file import SessionDoor


def analyze(
    *,
    files: tuple[Path, ...],
    out: str | None,
    mount: Mount | None,
    speed: str | None,
    as_json: bool,
) -> int:
    """Analyse recordings; return the exit code."""
    paths = tuple(expanded(str(path)) for path in files)
    _check_output(out, paths, as_json=as_json)
    doors = open_sources(
        tuple(f"file:{path}" for path in paths),
        mount=mount,
        speed_mps=parse_speed(speed or ""),
        speed_told=speed is not None,
        seed=0,
    )
    pipeline = Pipeline(CoachParams(beats="off"), Profile())
    steps, pods, tally = StepTable(), PodTable(), Tally()
    ends = [d.raw_end_s for d in doors if isinstance(d, SessionDoor) and d.raw_end_s is not None]
    notices = [
        f"The sensor data of this session end at {clock(t)}, where the disk was full" for t in ends
    ]
    origin = 0.0
    imu = False
    for x in watched(merged(doors, None), paths, "analyzing"):
        if isinstance(x, Link) and x.info is not None:
            origin = x.info.t_origin_s
            imu = imu or x.info.kind == "imu"
        for event in pipeline.update(x):
            steps.update(event)
            pods.update(event)
            tally.update(event)
            if isinstance(event, Notice):
                notices.append(event.text)
    columns, rows = (STEP_COLUMNS, steps.rows(origin)) if imu else (POD_COLUMNS, pods.rows(origin))
    if out is not None:
        _write(out, columns, rows)
    if as_json:
        print_json({"rows": rows, "skipped": tally.skipped, "notices": notices})
    _report(tally, notices, len(rows), quiet=as_json or out == "-")
    return 0


def _check_output(out: str | None, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Refuse an output that would spoil something."""
    if out is None:
        return
    if not out:
        raise ConfigError("--out", "name a file, or - for standard output")
    if out == "-":
        if as_json:
            raise ConfigError("--json", "standard output can't carry the CSV too: leave out -o -")
    elif any(path.exists() and Path(out).exists() and path.samefile(out) for path in paths):
        raise ConfigError("--out", f"{out} is the recording itself; choose another name")


def _write(out: str, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    if out == "-":
        _csv(sys.stdout, columns, rows)
        return
    try:
        with Path(out).open("w", newline="", encoding="utf-8") as file:
            _csv(file, columns, rows)
    except OSError as exc:
        raise SinkError(f"{out}: cannot be written: {exc.strerror}") from exc


def _csv(file: TextIO, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _report(tally: Tally, notices: list[str], rows: int, *, quiet: bool) -> None:
    """Say what was found; on standard error when standard output carries data."""
    console = stdout()
    console.stderr = quiet
    means = tally.overall()
    rate = means.values.get("step_rate_spm")
    if rate is None:
        found = f"{rows} rows, no step rate found"
    else:
        found = f"{rows} rows, mean step rate {rate:.1f}/min"
    for line in [found, *notices]:
        console.print(plain(line), markup=False, soft_wrap=True)
    if tally.first_skipped is not None:
        line = skipped_line(tally.skipped, tally.first_skipped)
        console.print(plain(line), markup=False, soft_wrap=True)
