"""What the firmware's tests share: one build for all of them."""

import ctypes
from pathlib import Path

import pytest

from tests.hw.core import load, make


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder everything is built into."""
    return tmp_path_factory.mktemp("firmware")


@pytest.fixture(scope="session")
def core(out: Path) -> ctypes.CDLL:
    """Return the C core as a library."""
    make("lib", out)
    return load(out / "liblcpod.so")


@pytest.fixture(scope="session")
def pod_host(out: Path) -> Path:
    """Return the sketch, built against the virtual sensor and radio."""
    make("host", out)
    return out / "pod_host"
