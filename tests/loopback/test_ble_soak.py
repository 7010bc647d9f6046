"""A minute of Bluetooth under trouble: nothing lost while connected, nothing left behind."""

from pathlib import Path

import pytest

from tests.loopback.ble_soak import HEADER, soak
from tests.loopback.bluez.rig import rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig


@pytest.mark.timeout(240)
def test_a_minute_of_drops_silences_and_an_adapter_that_goes(tmp_path: Path) -> None:
    require_rig(rig_present(), "dbus-daemon")
    result = soak(60.0, tmp_path)
    told = f"{HEADER}\n{result.row()}\n{result}"
    assert (result.lost, result.wrong) == (0, ()), told
    assert result.samples > 0.6 * 60.0 * (200 + 2 * 208), told
    assert result.drops >= 6, told
    assert result.losses >= result.drops + result.silences + 5 * result.powers, told
    first, last, left = result.tasks
    assert last <= first + 3, told  # somebody may be looking for a sensor just then
    assert left == 0, told
    assert result.grown_mb < 15.0, told
    assert result.cpu_percent < 25.0, told
    assert result.steps > 0, told
    assert (result.exit_code, result.trouble) == (130, ""), told
    assert not result.h10_streams, told
    assert result.identical, told
