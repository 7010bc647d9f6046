"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.rigs import require_rig

# A slow machine is no failure: time is the benchmarks' matter.
settings.register_profile("livecoach", deadline=None)
settings.load_profile("livecoach")


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
