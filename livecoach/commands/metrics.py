"""``livecoach metrics``: the METRICS table."""

from rich.box import SIMPLE_HEAD
from rich.table import Table

from livecoach.commands.output import print_json, stdout
from livecoach.model import METRICS


def metrics(*, as_json: bool) -> int:
    """Print the table."""
    if as_json:
        print_json(METRICS)
        return 0
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("metric", no_wrap=True)
    for name in ("unit", "meaning", "source", "plausible"):
        table.add_column(name)
    for m in METRICS:
        table.add_row(m.name, m.unit, m.meaning, m.source, f"{m.low:g} to {m.high:g}")
    stdout().print(table)
    return 0


def markdown() -> str:
    """Return the table as the README shows it."""
    lines = ["| metric | unit | meaning | source | plausible |", "|---|---|---|---|---|"]
    lines += [
        f"| `{m.name}` | {m.unit} | {m.meaning} | {m.source} | {m.low:g} to {m.high:g} |"
        for m in METRICS
    ]
    return "\n".join(lines) + "\n"
