"""``livecoach`` and ``python -m livecoach``: errors become one line and an exit code.

Nothing is imported before `main` is there to catch Ctrl-C.
"""

import io
import os
import sys
from importlib import import_module

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    try:
        code = _run(args)
    except KeyboardInterrupt:
        code = _say("livecoach: interrupted", INTERRUPTED)
    raise SystemExit(code)


def _run(args: list[str] | None) -> int:
    if sys.stdout is None:  # closed by the caller: nobody wants to read
        sys.stdout = io.StringIO()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a sign shows "?"
    errors = import_module("livecoach.errors")
    click = import_module("click")
    try:
        cli = import_module("livecoach.cli").cli
        code = cli.main(args, prog_name="livecoach", standalone_mode=False)
        sys.stdout.flush()
    except OSError as exc:
        return _unwritable(exc)
    except click.Abort:
        return _say("livecoach: interrupted", INTERRUPTED)
    except click.ClickException as exc:
        context = getattr(exc, "ctx", None)
        path = "livecoach" if context is None else context.command_path
        return _say(f"{path}: {exc.format_message()} (see {path} --help)", exc.exit_code)
    except errors.LivecoachError as exc:
        wrong_usage = isinstance(exc, errors.ConfigError)
        return _say(f"livecoach: {exc}", WRONG_USAGE if wrong_usage else FAILED)
    return code if isinstance(code, int) else DONE


def _unwritable(exc: OSError) -> int:
    """Say what the system refused; silently when whoever read us has gone."""
    # Python must not complain once more when it flushes at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if isinstance(exc, BrokenPipeError):
        return FAILED
    name = f"{exc.filename}: " if exc.filename else ""
    return _say(f"livecoach: {name}{exc.strerror or exc}", FAILED)


def _say(line: str, code: int) -> int:
    """Print one line on standard error, without anything that would steer a terminal."""
    if sys.stderr is not None:
        text = "".join(c if c.isprintable() else "?" for c in " ".join(line.split()))
        sys.stderr.write(f"{text}\n")
    return code


if __name__ == "__main__":
    main()
