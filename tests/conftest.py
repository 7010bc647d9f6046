"""What every test may ask for."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.rigs import require_rig

# A slow machine is no failure: time is the benchmarks' matter.
settings.register_profile("livecoach", deadline=None)
settings.load_profile("livecoach")

# Tests in the background of a shell inherit that Ctrl-C is ignored, and so would what they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of recordings with truth, named by LIVECOACH_DATA."""
    named = os.environ.get("LIVECOACH_DATA", "")
    path = Path(named)
    require_rig(bool(named) and path.is_dir(), "recordings (set LIVECOACH_DATA to their folder)")
    return path.resolve()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test touches the user's own profile, cache or sessions."""
    path = tmp_path / "home"
    monkeypatch.setenv("LIVECOACH_HOME", str(path))
    return path
