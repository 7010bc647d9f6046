"""The IIO door on a fake sysfs with a FIFO for a node, and on umockdev's."""

import asyncio
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from livecoach.errors import SourceError
from livecoach.model import ImuSample, Input, Link, Payload
from livecoach.session.radio import Radio
from livecoach.sources.iio import IioDoor, parse
from tests.hw import fake_iio
from tests.rigs import require_rig


async def heard(door: IioDoor, node: Path, count: int) -> list[Input]:
    """Serve a door while its node gives so many records."""
    inputs: list[Input] = []
    start = time.monotonic()
    task = asyncio.create_task(door.run(inputs.append, lambda: time.monotonic() - start))
    await asyncio.sleep(0.1)
    writer = fake_iio.feed(node, count)
    until = time.monotonic() + 10.0
    while time.monotonic() < until and not _ended(inputs):  # noqa: ASYNC110 - it is a list
        await asyncio.sleep(0.02)
    writer.join(5.0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return inputs


def _ended(inputs: list[Input]) -> bool:
    return any(isinstance(x, Link) and x.state == "lost" for x in inputs)


async def test_ragged_writes_become_whole_samples_in_si_units(tmp_path: Path) -> None:
    sysfs, dev = fake_iio.made(tmp_path)
    door = IioDoor(parse("device0?mount=chest&up=+z"), sysfs, dev)
    inputs = await heard(door, dev / "iio:device0", 500)
    link = inputs[0]
    assert isinstance(link, Link)
    assert link.info is not None
    assert link.info.rate_hz == 208.0
    radio = Radio("IMU")
    items = [i for x in inputs if isinstance(x, Payload) for i in radio.update(x)]
    samples = [i for i in items if isinstance(i, ImuSample)]
    assert 480 <= len(samples) <= 500
    assert samples[-1].acc_z == pytest.approx(9.806, abs=0.01)
    assert samples[-1].gyr_x == pytest.approx(99 * 0.00122173)
    sent = b"".join(x.data[1:] for x in inputs if isinstance(x, Payload) and x.data[:1] == b"\1")
    assert sent == b"".join(fake_iio.record(k) for k in range(500))
    folder = sysfs / "iio:device0"
    assert (folder / "scan_elements/in_accel_x_en").read_text() == "1\n"
    assert (folder / "current_timestamp_clock").read_text() == "monotonic\n"
    assert (folder / "buffer/enable").read_text() == "0\n"  # switched off at the end


async def test_a_device_that_is_not_there_or_measures_nothing_is_one_line(tmp_path: Path) -> None:
    door = IioDoor(parse("device3"), tmp_path, tmp_path)
    with pytest.raises(SourceError, match="no such IIO device"):
        await door.run(lambda _: None, time.monotonic)
    sysfs, dev = fake_iio.made(tmp_path / "x")
    (sysfs / "iio:device0/scan_elements/in_accel_z_en").unlink()
    with pytest.raises(SourceError, match="measures no acceleration"):
        await IioDoor(parse("device0"), sysfs, dev).run(lambda _: None, time.monotonic)


MOCK = """P: /devices/platform/soc/i2c-1/1-006a/iio:device0
N: iio:device0
E: DEVNAME=/dev/iio:device0
E: DEVTYPE=iio_device
E: SUBSYSTEM=iio
A: name=lsm6dsox_accel\\n
A: sampling_frequency=208.000000\\n
A: in_accel_scale=0.004785\\n
"""
LOOK = (
    "from livecoach.commands.probes import Machine, Needs; "
    "from livecoach.commands.probes.wired import iio; "
    "from livecoach.sources.iio import parse; "
    "print(*iio(Machine(), Needs(devices=(parse('device0'),), configured=True)))"
)


@pytest.mark.rig
def test_doctor_sees_a_device_of_umockdev(tmp_path: Path) -> None:
    runner = shutil.which("umockdev-run")
    require_rig(runner is not None, "umockdev-run")
    (tmp_path / "imu.umockdev").write_text(MOCK)
    done = subprocess.run(
        [runner or "", "-d", tmp_path / "imu.umockdev", "--", sys.executable, "-c", LOOK],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "iio:device0 is lsm6dsox_accel" in done.stdout
