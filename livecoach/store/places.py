"""Where things are kept: the user's own folders, or all of it below ``LIVECOACH_HOME``."""

import os
from pathlib import Path

import platformdirs

HOME = "LIVECOACH_HOME"


def data_dir() -> Path:
    """Return the folder of what must be kept: sessions and profiles."""
    home = _home()
    return home or platformdirs.user_data_path("livecoach", appauthor=False)


def cache_dir() -> Path:
    """Return the folder of what can be made again: spoken phrases, sounds."""
    home = _home()
    return home / "cache" if home else platformdirs.user_cache_path("livecoach", appauthor=False)


def sessions_dir() -> Path:
    """Return the folder with one ``.db`` file per session."""
    return data_dir() / "sessions"


def profile_path() -> Path:
    """Return the file with the runners' profiles."""
    return data_dir() / "profile.db"


def _home() -> Path | None:
    home = os.environ.get(HOME, "").strip()
    return Path(home).expanduser() if home else None
