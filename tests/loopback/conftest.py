"""The rigs as fixtures."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.loopback.bluez import BlueZRig, bluez_rig, rig_present
from tests.rigs import require_rig

Bluetooth: TypeAlias = Callable[..., BlueZRig]


@pytest.fixture
def bluetooth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bluetooth]:
    """Start a rig as `bluez_rig` does, for the bleak in this process too."""
    require_rig(rig_present(), "dbus")
    with ExitStack() as stack:

        def start(*sensors: str, adapter: bool = True, allowed: bool = True) -> BlueZRig:
            opened = bluez_rig(tmp_path / "bus", sensors, adapter=adapter, allowed=allowed)
            rig = stack.enter_context(opened)
            monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", rig.address)
            return rig

        yield start
