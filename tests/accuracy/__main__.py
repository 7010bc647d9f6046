"""Score every recording with truth and write the README's table: real, virtual, simulated apart.

Needs LIVECOACH_DATA: the scorer lies beside the recordings. Everything runs live: causal, sample by
sample, through the code that coaches.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.commandline import livecoach
from tests.simulation import trials

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- accuracy: begin -->\n", "<!-- accuracy: end -->"
COLUMNS = (
    "sensor",
    "steps",
    "F1",
    "contact bias ± SD within a recording, ms",
    "contact time RMSE, ms",
    "step rate RMSE, %",
    "next / third contact ahead SD, ms",
    "latency p95, ms",
    "bounce bias ± SD, mm",
)


def main() -> None:
    """Score, print and write."""
    data = Path(os.environ["LIVECOACH_DATA"]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "simulated"
        trials.write(made)
        text = table(scored(data, data, Path(scratch) / "steps"), ("real", "virtual"))
        text += "\n" + table(scored(data, made, Path(scratch) / "simulated_steps"), ("simulated",))
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    README.write_text(before + BEGIN + text + END + rest.split(END)[1], encoding="utf-8")
    sys.stdout.write(text)


def scored(data: Path, truth: Path, out: Path) -> list[dict[str, Any]]:
    """Analyze every recording below ``truth`` and return the scorer's pooled rows."""
    out.mkdir()
    for recording in sorted(truth.rglob("*.imu.csv")):
        if "hostile" not in recording.parts:
            name = recording.name.removesuffix(".imu.csv")
            livecoach("analyze", recording, "-o", out / f"{name}.steps.csv")
    scorer = data.parent / "tools" / "score.py"
    result = subprocess.run(
        [sys.executable, scorer, truth, out, "--json"], capture_output=True, text=True, check=True
    )
    pooled: list[dict[str, Any]] = json.loads(result.stdout)["pooled"]
    return [row for row in pooled if "hostile" not in row["name"]]


def table(rows: list[dict[str, Any]], kinds: tuple[str, ...]) -> str:
    """Return the rows of these kinds as a table each."""
    text = ""
    for kind in kinds:
        lines = [f"| {' | '.join((kind, *COLUMNS[1:]))} |", "|" + "---|" * len(COLUMNS)]
        lines += [line(row) for row in rows if f" {kind}" in row["name"]]
        text += "\n".join(lines) + "\n\n"
    return text.rstrip() + "\n"


def line(row: dict[str, Any]) -> str:
    """Return one pooled row of the scorer as a row of the table."""
    contact, rate = row["contact"], row["rate"]
    cells = (
        row["name"].removeprefix("ALL "),
        str(row["tp"]) if row["tp"] else "no truth",
        number(row, "f1", 3),
        f"{number(contact, 'bias')} ± {number(contact, 'sd_in')}" if contact else "no truth",
        number(row["gct"], "rmse"),
        number(rate, "rmse_percent", 2),
        f"{number(row['next'], 'sd_in')} / {number(row['next3'], 'sd_in')}",
        number(row["latency"], "p95", 0),
        f"{number(row['vo'], 'bias')} ± {number(row['vo'], 'sd')}" if row["vo"] else "unknown",
    )
    return f"| {' | '.join(cells)} |"


def number(values: dict[str, Any], key: str, digits: int = 1) -> str:
    """Return a figure, a dash where there is none."""
    value = values.get(key)
    return "unknown" if value is None else f"{value:.{digits}f}"


if __name__ == "__main__":
    main()
