"""``livecoach sessions``: what there is."""

from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from livecoach.commands.output import print_json, stdout
from livecoach.sinks.lines import clock
from livecoach.store.places import sessions_dir
from livecoach.store.reader import list_sessions


def sessions(*, folder: Path | None, as_json: bool) -> int:
    """List sessions, newest first."""
    where = folder or sessions_dir()
    rows = list_sessions(where)
    if as_json:
        print_json(rows)
        return 0
    console = stdout()
    if not rows:
        console.print(f"No sessions in {where} yet: livecoach run makes one.", markup=False)
        return 0
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("session", no_wrap=True)
    for name in ("started", "length", "steps", "rate", "cues", "ended"):
        table.add_column(name, overflow="fold")
    for row in rows:
        started = (row.started_at or "unknown").replace("T", " ")[5:16]
        table.add_row(
            row.id,
            started,
            "unknown" if row.duration_s is None else clock(row.duration_s),
            str(row.steps),
            "unknown" if row.mean_step_rate_spm is None else f"{row.mean_step_rate_spm:.1f}",
            str(row.cues),
            row.state,
        )
    console.print(table)
    return 0
