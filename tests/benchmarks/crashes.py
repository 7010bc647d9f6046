"""What a crash costs, as a table: ``python -m tests.benchmarks.crashes [KILLS]``.

The same code as in CI (`tests.session.crashes`). A process that is killed is not a power cut: what
was committed was synced (``synchronous = FULL``), but whether the disk keeps its word is not shown.
"""

import os
import sys
import tempfile
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.session import crashes


def losses(folder: Path, kills: int) -> list[crashes.Loss]:
    """Bring every failure about."""
    found = [loss for run in crashes.killed(folder / "kills", kills, 8) for loss in run]
    with crashes.small_disk(folder / "disk") as disk:
        if disk is None:
            sys.stderr.write("No small disk can be mounted (it takes root): left out.\n")
        else:
            (disk / "sessions").mkdir()
            found += [crashes.nearly_full(disk)[0], *crashes.full(disk)]
    protected = folder / "protected"
    protected.mkdir()
    found.append(crashes.turned_read_only(protected))
    protected.chmod(0o755)
    return sorted(found, key=lambda loss: loss.what)


def main() -> None:
    """Measure and print."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    table = Table("what", "times", "opens", "replays", "lost, s: median", "worst", title="Crashes")
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["LIVECOACH_HOME"] = scratch
        for what, group in groupby(losses(Path(scratch), kills), key=lambda loss: loss.what):
            every = list(group)
            lost = sorted(loss.lost_s for loss in every)
            table.add_row(
                what,
                str(len(every)),
                str(sum(loss.opens for loss in every)),
                str(sum(loss.replays for loss in every)),
                f"{lost[len(lost) // 2]:.2f}",
                f"{lost[-1]:.2f}",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
