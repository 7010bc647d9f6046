"""What may take longer than two seconds shows a bar, on standard error of a terminal only."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.commandline import command
from tests.report import coached


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("report", ("--json",), "reading"),
        ("explain", ("--json",), "reading"),
        ("replay", ("--json", "--what-if", "beats=off"), "replaying twice"),
    ],
)
def test_a_bar_is_shown_on_a_terminal(
    tmp_path: Path, name: str, options: tuple[str, ...], said: str
) -> None:
    path = coached.write(tmp_path / "a.db", coached.events())
    ours, theirs = os.openpty()
    with subprocess.Popen(
        command(name, path, *options),
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    ) as running:
        os.close(theirs)
        out, _ = running.communicate(timeout=60)
    shown = os.read(ours, 65536).decode(errors="replace")
    os.close(ours)
    assert running.returncode == 0
    assert said in shown
    assert out.lstrip().startswith(b"{")
