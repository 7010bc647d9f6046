"""``livecoach sweep``, ``livecoach drill``: sessions led by a protocol that ends with a result."""

import secrets
from pathlib import Path
from typing import Literal

import click
import msgspec

from livecoach.commands.output import print_json, stdout
from livecoach.commands.run import (
    FAILED,
    INTERRUPTED,
    as_table,
    closing_lines,
    conduct,
    exit_code,
)
from livecoach.session import Outcome
from livecoach.sinks.lines import plain

_SEEDS = 2**31


def sweep(
    *,
    config: Path | None,
    folder: Path | None,
    pace: Literal["realtime", "max"],
    as_json: bool,
    seed: int | None,
    sources: tuple[str, ...],
    **options: object,
) -> int:
    """Find the runner's best step rate; return the exit code."""
    recorded = any(uri.endswith(".db") for uri in sources)
    if seed is None and not recorded:
        seed = secrets.randbelow(_SEEDS)
    options |= {"guide": "sweep", "seed": seed, "sources": sources}
    return _conclude(conduct(config, folder, pace, options, as_json=as_json), as_json=as_json)


def drill(
    *,
    config: Path | None,
    folder: Path | None,
    pace: Literal["realtime", "max"],
    as_json: bool,
    name: str,
    **options: object,
) -> int:
    """Lead a drill; return the exit code."""
    options["guide"] = name
    return _conclude(conduct(config, folder, pace, options, as_json=as_json), as_json=as_json)


def _conclude(outcome: Outcome, *, as_json: bool) -> int:
    """Tell the result; exit code 1 when there is none, with the reason in one line."""
    result = outcome.guided
    if as_json:
        print_json(as_table(outcome) | {"result": msgspec.to_builtins(result)})
    else:
        lines = [*closing_lines(outcome), *(() if result is None else map(plain, result.lines))]
        for line in lines:
            stdout().print(line, markup=False, soft_wrap=True)
    code = exit_code(outcome)
    if result is not None and result.refused and code != INTERRUPTED:
        click.echo(f"livecoach: no answer: {plain(result.refused)}", err=True)
        return FAILED
    return code
