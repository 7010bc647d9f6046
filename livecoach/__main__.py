"""``livecoach`` and ``python -m livecoach``: errors become one line and an exit code."""

import os
import sys

import click

from livecoach.cli import cli
from livecoach.errors import ConfigError, LivecoachError

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    raise SystemExit(_run(args))


def _run(args: list[str] | None) -> int:
    try:
        code = cli.main(args, prog_name="livecoach", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, click.Abort):
        return _say("livecoach: interrupted", INTERRUPTED)
    except (click.ClickException, LivecoachError) as exc:
        return _explain(exc)
    except BrokenPipeError:
        # Whoever read us has gone; Python must not complain about it while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code if isinstance(code, int) else DONE


def _explain(exc: click.ClickException | LivecoachError) -> int:
    if isinstance(exc, click.UsageError):
        path = exc.ctx.command_path if exc.ctx is not None else "livecoach"
        return _say(f"{path}: {exc.format_message()} (see {path} --help)", WRONG_USAGE)
    if isinstance(exc, click.ClickException):
        return _say(f"livecoach: {exc.format_message()}", FAILED)
    return _say(f"livecoach: {exc}", WRONG_USAGE if isinstance(exc, ConfigError) else FAILED)


def _say(line: str, code: int) -> int:
    click.echo(" ".join(line.split()), err=True)
    return code


if __name__ == "__main__":
    main()
