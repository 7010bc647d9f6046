"""Sensors found, kept, lost and found again: unmodified bleak on the fake BlueZ."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from livecoach.errors import SourceError
from livecoach.model import Payload
from livecoach.wire import radio
from tests.loopback.ble_rig import listening
from tests.loopback.bluez.rig import BlueZRig, bluez_rig, rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig
RSC, HEART, BATTERY = "2a53", "2a37", "2a19"
PMD = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
POD = "00870002-48a3-4935-b697-0be829dbf171"


@pytest.fixture
def rig(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BlueZRig]:
    """Emulate the sensors that the test's ``wearing`` mark names."""
    require_rig(rig_present(), "dbus-daemon")
    mark = request.node.get_closest_marker("wearing")
    with bluez_rig(tmp_path / "b", mark.args, **mark.kwargs) as there:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", there.address)
        yield there


@pytest.mark.wearing("rsc:rate_hz=10")
async def test_sixty_readings_of_a_foot_pod_each_once_and_in_order(rig: BlueZRig) -> None:
    async with listening(rig, "") as heard:
        await heard.until(lambda: len(heard.payloads(RSC)) >= 60)
    (found,) = heard.links()
    readings = heard.payloads(RSC)
    # BlueZ tells of what was read as of a notification: the level may come twice.
    assert {x.data for x in heard.payloads(BATTERY)} == {bytes([88])}
    assert found is heard.inputs[0]
    assert found.info is not None
    assert (found.info.kind, found.info.name) == ("pod", found.source)
    assert all(x.source == found.source for x in readings)
    rows = [x.row for x in heard.inputs if isinstance(x, Payload)]
    assert rows == list(range(1, len(rows) + 1))
    assert [x.t for x in readings] == sorted(x.t for x in readings)
    decoder = radio.decoder(RSC)
    assert all(len(decoder.update(x.data, x.t)) == 1 for x in readings)
    assert len(readings) == rig.stats()["rsc"]["notify"][RSC]["notified"]
    assert heard.door.errors == 0


@pytest.mark.wearing("rsc:rate_hz=10", "treadmill")
async def test_a_dropped_link_is_noticed_and_back_while_the_other_sensor_goes_on(
    rig: BlueZRig,
) -> None:
    async with listening(rig, "Foot Pod", "Treadmill") as heard:
        await heard.until(lambda: len(heard.links()) == 2)
        for away in (False, True):
            links = len(heard.links("Foot"))
            rig.do("away" if away else "drop", "rsc")
            noticed_s = await heard.until(lambda n=links: len(heard.links("Foot")) > n)  # type: ignore[misc]  # mypy cannot type a default
            assert noticed_s < 1.0
            if away:
                await asyncio.sleep(2.5)
                rig.do("back", "rsc")
            readings = len(heard.payloads(RSC))
            back_s = await heard.until(lambda n=readings: len(heard.payloads(RSC)) > n)  # type: ignore[misc]  # as above
            assert back_s < 1.5  # within 1 s when nothing else takes the processor
        assert len(heard.links("Treadmill")) == 1
        assert len(heard.payloads("2acd")) >= 3
    states = [x.state for x in heard.links("Foot")]
    assert states == ["found", "lost", "found", "lost", "found"]
    assert any("is lost" in line for line in heard.said)
    assert any("is back" in line for line in heard.said)


@pytest.mark.wearing("h10")
async def test_silence_is_loss_although_connected(rig: BlueZRig) -> None:
    async with listening(rig, "Polar") as heard:
        await heard.until(lambda: heard.payloads(PMD))
        rig.do("silence", "h10")
        noticed_s = await heard.until(lambda: len(heard.links()) == 2)
        assert 1.0 < noticed_s < 5.0
        rig.do("back", "h10")
        frames = len(heard.payloads(PMD))
        await heard.until(lambda: len(heard.payloads(PMD)) > frames)
    assert any("says nothing" in line for line in heard.said)
    assert not rig.stats()["h10"]["streaming"]


@pytest.mark.wearing("rsc:rate_hz=10", "h10")
async def test_an_adapter_switched_off_and_on_brings_all_sensors_back(rig: BlueZRig) -> None:
    async with listening(rig, "Foot Pod", "Polar") as heard:
        await heard.until(lambda: heard.payloads(RSC) and heard.payloads(PMD))
        rig.do("power", "off")
        await heard.until(lambda: len(heard.links()) == 4)
        await heard.until(lambda: any("adapter is off" in line for line in heard.said))
        rig.do("power", "on")
        before = len(heard.payloads(RSC)), len(heard.payloads(PMD))
        await heard.until(
            lambda: len(heard.payloads(RSC)) > before[0] and len(heard.payloads(PMD)) > before[1]
        )
    assert sum("adapter is off" in line for line in heard.said) == 1
    assert sum("works again" in line for line in heard.said) == 1


@pytest.mark.wearing("rsc:rate_hz=10")
@pytest.mark.parametrize("fault", ["fail", "abort", "noresolve"])
async def test_a_connection_that_fails_is_tried_again(rig: BlueZRig, fault: str) -> None:
    rig.do("fault", "rsc", fault)
    async with listening(rig, "Foot Pod") as heard:
        await heard.until(lambda: heard.payloads(RSC), 30.0)
    assert any("refuses" in line for line in heard.said) == (fault == "fail")


@pytest.mark.wearing("rsc:rate_hz=10", "h10")
async def test_a_sensor_that_hangs_or_is_away_keeps_no_other_from_coming(rig: BlueZRig) -> None:
    rig.do("fault", "rsc", "hang")
    async with listening(rig, "Foot Pod", "Polar", "Nobody") as heard:
        assert await heard.until(lambda: heard.payloads(PMD)) < 8.0
        assert not heard.payloads(RSC)


@pytest.mark.wearing("h10")
async def test_an_h10_left_streaming_by_another_program_is_stopped_and_started(
    rig: BlueZRig,
) -> None:
    async with listening(rig, "Polar") as heard:
        await heard.until(lambda: heard.payloads(PMD))
        rig.do("drop", "h10")
        assert rig.stats()["h10"]["streaming"]
        frames = len(heard.payloads(PMD))
        await heard.until(lambda: len(heard.payloads(PMD)) > frames)
    assert not rig.stats()["h10"]["streaming"]


@pytest.mark.wearing("h10")
@pytest.mark.parametrize("cancelled", [1, 2, 3])
async def test_an_h10_is_stopped_however_often_we_are_cancelled(
    rig: BlueZRig, cancelled: int
) -> None:
    others = asyncio.all_tasks()
    async with listening(rig, "Polar") as heard:
        await heard.until(lambda: heard.payloads(PMD))
        assert rig.stats()["h10"]["streaming"]
        for _ in range(cancelled):
            for task in asyncio.all_tasks() - others:
                if "livecoach" in str(task.get_coro().cr_code.co_filename):  # type: ignore[union-attr]  # all tasks are coroutines
                    task.cancel()
            await asyncio.sleep(0)
    sensor = rig.stats()["h10"]
    assert not sensor["streaming"]
    assert not sensor["connected"]
    left = [t for t in asyncio.all_tasks() - others if "BlueZManager" not in str(t.get_coro())]
    assert left == []


@pytest.mark.wearing("h10")
async def test_a_stream_that_came_late_is_started_anew(rig: BlueZRig) -> None:
    async with listening(rig, "Polar") as heard:
        await heard.until(lambda: len(heard.payloads(PMD)) > 3)
        before = rig.stats()["h10"]["streamed_s"]
        heard.door.restart("Polar H10 12345678")
        await asyncio.sleep(1.0)
        frames = len(heard.payloads(PMD))
        await heard.until(lambda: len(heard.payloads(PMD)) > frames)
        assert rig.stats()["h10"]["streamed_s"] > before
    assert len(heard.links()) == 1


@pytest.mark.wearing("h10")
async def test_a_link_that_a_killed_program_left_open_is_taken_over(rig: BlueZRig) -> None:
    rig.do("taken", "h10")
    async with listening(rig, "Polar") as heard:
        await heard.until(lambda: heard.payloads(PMD))


@pytest.mark.wearing("pod_l", "pod_r", "wit", "h10", "treadmill", "rsc")
async def test_every_sensor_around_is_used_and_says_where_it_is_worn(rig: BlueZRig) -> None:
    async with listening(rig, "") as heard:
        await heard.until(lambda: len(heard.links()) >= 6)
        await heard.until(lambda: len(heard.payloads(POD)) > 20)
    mounts = {x.info.name[:7]: x.info.mount for x in heard.links() if x.info is not None}
    assert mounts["LCPOD-L"] == "foot_left"
    assert mounts["LCPOD-R"] == "foot_right"
    assert mounts["Polar H"] == "chest"
    assert any("Where WT901BLE67 0005 is worn" in line for line in heard.said)


@pytest.mark.wearing("rsc")
async def test_an_absent_sensor_is_waited_for_and_the_names_near_it_are_told(
    rig: BlueZRig,
) -> None:
    async with listening(rig, "Fuut Pod 1", "C1:00:00:00:00:0F") as heard:
        await heard.until(lambda: len(heard.said) >= 2)
    assert any(x.startswith("Fuut Pod 1 is not there; there is: Foot Pod 1") for x in heard.said)
    assert any("there is: C1:00:00:00:00:01 (Foot Pod 1 0001)" in x for x in heard.said)


@pytest.mark.wearing("rsc", adapter=False)
@pytest.mark.parametrize("alone", [True, False])
async def test_without_an_adapter_only_a_run_with_other_sources_goes_on(
    rig: BlueZRig, *, alone: bool
) -> None:
    if alone:
        with pytest.raises(SourceError, match="no Bluetooth adapter"):
            async with listening(rig, "Foot Pod") as heard:
                await asyncio.sleep(2.0)
        return
    async with listening(rig, "Foot Pod", alone=False) as heard:
        await heard.until(lambda: any("no Bluetooth adapter" in line for line in heard.said))


@pytest.mark.wearing("pod_l", "pod_r", "pod_t", "h10", "wit")
async def test_sensors_around_that_are_too_many_are_named(rig: BlueZRig) -> None:
    async with listening(rig, "") as heard:
        await heard.until(lambda: len(heard.links()) == 4)
    assert "Not used: WT901BLE67 0005; to choose, name each with --source" in heard.said
