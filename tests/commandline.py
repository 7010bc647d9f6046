"""Running the program as its user does: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path


def command(*args: str | Path) -> list[str]:
    """Return the command line for ``livecoach ARGS``."""
    return [sys.executable, "-m", "livecoach", *map(str, args)]


def livecoach(*args: str | Path, timeout_s: float = 120.0) -> subprocess.CompletedProcess[str]:
    """Run ``livecoach ARGS`` to its end, without a terminal."""
    return subprocess.run(
        command(*args),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )


def fails_in_one_line(result: subprocess.CompletedProcess[str], code: int) -> str:
    """Check for a failure of one clear line and no traceback; return the line."""
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]
