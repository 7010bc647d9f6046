"""Configurations that come with the package."""

from importlib import resources
from pathlib import Path

from livecoach import config as configuration
from livecoach.config import Config


def shipped(name: str) -> Config:
    """Load a configuration that comes with the package (or lies beside it in a checkout)."""
    inside = resources.files("livecoach") / "configs" / name
    if inside.is_file():
        with resources.as_file(inside) as path:
            return configuration.load(path)
    return configuration.load(Path(__file__).parents[2] / "configs" / name)
