"""A coverage-guided fuzz over every parser: only values or `WireError`, in bounded memory.

At most 60 s in all where rigs are required (CI), a few seconds elsewhere.
"""

import os
import resource
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.rigs import require_rig

_ROOT = Path(__file__).parents[2]
_FUZZ_S = 45 if os.environ.get("LIVECOACH_REQUIRE_RIGS") else 5
_PLANTED_S = 10


def _fuzz(corpus: Path, seconds: int, *more: str) -> subprocess.CompletedProcess[str]:
    require_rig(find_spec("atheris") is not None, "atheris")
    # A child's largest size begins with its parent's (getrusage over fork): the room is on top.
    room_mb = 512 + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    limits = [f"-max_total_time={seconds}", "-max_len=520", f"-rss_limit_mb={room_mb}"]
    limits.append("-timeout=5")
    return subprocess.run(
        [sys.executable, "-m", "tests.wire.fuzz", corpus, *limits, *more],
        cwd=_ROOT,
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=False,
    )


@pytest.mark.rig
def test_nothing_but_values_and_wire_errors_gets_out(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    done = _fuzz(tmp_path / "corpus", _FUZZ_S, f"-artifact_prefix={tmp_path}/")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.rig
def test_a_parser_that_trusts_a_length_is_found(tmp_path: Path) -> None:
    """The fuzz itself: three checks that chance does not pass, then an index beyond the packet."""
    (tmp_path / "corpus").mkdir()
    done = _fuzz(tmp_path / "corpus", _PLANTED_S, "--planted", f"-artifact_prefix={tmp_path}/")
    assert done.returncode != 0
    assert "IndexError" in done.stdout + done.stderr
