"""What the emulated sensors send: byte for byte, and as one running person."""

import asyncio
from typing import Any

import numpy as np
import pytest
from bleak import BleakClient

from livecoach.gait import SensorTracker
from livecoach.model import Contact, ImuPacket, ImuSample, Mount, SensorInfo
from livecoach.simulation import SensorParams
from livecoach.wire import (
    heart_rate,
    pod,
    pod_control,
    polar,
    polar_control,
    radio,
    rsc,
    treadmill,
    witmotion,
)
from tests.loopback.bluez.client import RSC, RSC_FEATURE, SC_CONTROL, Heard, found, until
from tests.loopback.bluez.gatt import uuid16
from tests.loopback.conftest import Bluetooth
from tests.loopback.sensors.foot_pod import measurement
from tests.loopback.sensors.heart import PMD_CONTROL, PMD_DATA
from tests.loopback.sensors.open_pod import RATE_HZ
from tests.loopback.sensors.person import Person
from tests.loopback.sensors.treadmill import treadmill_data
from tests.loopback.sensors.witmotion import frame

_SETTINGS = bytes.fromhex("0004 1900 3200 6400 c800 0101 1000 0203 0200 0400 0800")
_ACC_200_HZ = bytes.fromhex("02020001c8000101100002010800")


@pytest.mark.parametrize(
    ("sent", "vector"),
    [
        (measurement(3.0, 168.0, 12.34), "07 0003 a8 6b00 7b000000"),
        (measurement(3.0, 84.0, 12.34), "07 0003 54 d600 7b000000"),
        (measurement(0.0, 0.0, 0.0), "03 0000 00 0000 00000000"),
        (treadmill_data(3.0, 300.9, 1.0, 61), "0c04 3804 2c0100 0a00 0600 3d00"),
        (
            frame(ImuSample(0.0, 9.80665, 0.0, -9.80665, 0.0, np.pi, 0.0)),
            "5561 0008 0000 00f8 0000 850b 0000 0000 0000 0000",
        ),
    ],
)
def test_bytes(sent: bytes, vector: str) -> None:
    assert sent == bytes.fromhex(vector)


def test_the_person_runs_stands_and_runs_again_with_every_sample_in_its_place() -> None:
    person = Person(3.0, 170.0)
    person.start -= 3.5
    person.wear("pod", SensorParams(mount="foot_left", rate_hz=RATE_HZ))
    times = [s.t for s in person.samples("pod", 3.5)]
    person.stop()
    person.start -= 4.0
    times += [s.t for s in person.samples("pod", 7.5)]
    assert person.motion(7.5) == (0.0, 0.0)
    person.pace(4.0, 180.0)
    person.start -= 4.0
    times += [s.t for s in person.samples("pod", 11.5)]
    assert np.allclose(times, np.arange(len(times)) / RATE_HZ)
    assert len(times) == round(11.5 * RATE_HZ)
    speed, rate = person.motion(11.5)
    assert speed == 4.0
    assert rate == pytest.approx(180.0, rel=0.1)
    steps = np.array([t for t, _ in person.truth()]) - person.start
    assert not ((steps > 4.4) & (steps < 8.0)).any()
    assert steps[-1] > 10.5


@pytest.mark.rig
async def test_a_foot_pod_counts_both_legs_or_one_and_answers(bluetooth: Bluetooth) -> None:
    bluetooth("rsc:rate_hz=20", "rsc_leg:rate_hz=20")
    cadences = []
    for name in ("Foot Pod 1", "Foot Pod 2"):
        heard, answers = Heard(), Heard()
        async with BleakClient(await found(name)) as client:
            await client.start_notify(RSC, heard)
            await client.start_notify(SC_CONTROL, answers)
            await client.write_gatt_char(SC_CONTROL, b"\x04", response=True)
            await until(lambda heard=heard: len(heard) >= 5)  # type: ignore[misc]
            await until(lambda answers=answers: len(answers) == 1)  # type: ignore[misc]
            assert await client.read_gatt_char(RSC_FEATURE) == b"\x17\x00"
        assert answers.data == [bytes.fromhex("100401010203")]
        reading = rsc.parse(heard.data[-1], 0.0)
        assert reading.stride_length_raw_m is not None
        rate = reading.stride_length_raw_m * reading.cadence_raw_per_min / 60.0
        assert rate == pytest.approx(reading.speed_mps, rel=0.02)
        cadences.append(reading.cadence_raw_per_min)
    assert cadences == [pytest.approx(168, abs=12), pytest.approx(84, abs=6)]


@pytest.mark.rig
async def test_an_h10_refuses_a_second_start_and_goes_on_until_it_is_stopped(
    bluetooth: Bluetooth,
) -> None:
    rig = bluetooth("h10")
    device = await found("Polar H10 12345678")
    answers = Heard()

    async def ask(client: BleakClient, *requests: bytes) -> list[str]:
        del answers.data[:]
        await client.start_notify(PMD_CONTROL, answers)
        for request in requests:
            await client.write_gatt_char(PMD_CONTROL, request, response=True)
        await until(lambda: len(answers.data) == len(requests))
        return [data.hex() for data in answers.data]

    start = polar_control.start_request(
        polar_control.Settings(rates_hz=(200,), resolutions_bit=(16,), ranges=(8,))
    )
    async with BleakClient(device) as client:
        settings, first, second = await ask(client, bytes.fromhex("0102"), _ACC_200_HZ, start)
        assert settings == "f0010200" + "00" + _SETTINGS.hex()
        assert (first, second) == ("f002020000", "f0020206")
        assert rig.stats()["h10"]["streaming"]
    await until(lambda: rig.stats()["h10"]["streamed_s"] > 0.2)
    assert rig.stats()["h10"]["streaming"]  # nobody is connected, and the battery drains
    heard = Heard()
    async with BleakClient(device) as client:
        await client.start_notify(PMD_DATA, heard)
        await until(lambda: len(heard) >= 3)
        assert await ask(client, polar_control.stop_request()) == ["f0030200"]
    assert not rig.stats()["h10"]["streaming"]
    ends = [int.from_bytes(data[1:9], "little") for data in heard.data]
    assert [len(polar.parse(data).values) for data in heard.data] == [36] * len(heard)
    assert np.diff(ends) == pytest.approx(36 / 200 * 1e9, rel=1e-3)


@pytest.mark.rig
async def test_a_pod_takes_settings_and_numbers_its_packets(bluetooth: Bluetooth) -> None:
    rig = bluetooth("pod_l:boot_s=4294.0")
    heard, answers = Heard(), Heard()
    async with BleakClient(await found("LCPOD-L-0001")) as client:
        await client.start_notify(pod_control.CONTROL, answers)
        for request in ("01d00010100a0000", "01a00110100a0000", "0100", "02efbeadde", "07"):
            data = bytes.fromhex(request)
            await client.write_gatt_char(pod_control.CONTROL, data, response=True)
        await client.start_notify(pod.STREAM, heard)
        info = pod_control.parse_info(bytes(await client.read_gatt_char(pod_control.INFO)))
        assert (info.protocol, info.side, info.rate_most_hz) == (1, 1, 208)
        await until(lambda: len(heard) >= 30 and len(answers) == 5)
        rig.do("drop", "pod_l")
        await until(lambda: not client.is_connected)
    *plain, synced, unknown = (data.hex() for data in answers.data)
    assert plain == ["800101", "800103", "800103"]
    assert synced.startswith("800201efbeadde")
    assert unknown == "800702"
    packets = [pod.parse(data) for data in heard.data]
    assert [p.overrun for p in packets] == [True] + [False] * (len(packets) - 1)
    assert [p.count - packets[0].count for p in packets] == list(range(len(packets)))
    assert {(len(p.samples), p.acc_full_scale_g, p.side) for p in packets} == {(10, 16, 1)}
    steps_us = np.diff([p.first_us for p in packets]) % 2**32
    assert steps_us == pytest.approx(10 / RATE_HZ * 1e6, abs=3.0)
    sent = rig.stats()["pod_l"]["notify"][pod.STREAM]
    assert (sent["samples"], sent["crc32"]) == (10 * len(packets), heard.crc32)


@pytest.mark.rig
async def test_a_link_with_small_packets_cannot_stream(bluetooth: Bluetooth) -> None:
    bluetooth("pod_r:mtu=23")
    answers = Heard()
    async with BleakClient(await found("LCPOD-R-0002")) as client:
        await client.start_notify(pod_control.CONTROL, answers)
        request = bytes.fromhex("01d00010100a0000")
        await client.write_gatt_char(pod_control.CONTROL, request, response=True)
        await until(lambda: len(answers) == 1)
    assert answers.data == [b"\x80\x01\x04"]


@pytest.mark.rig
async def test_what_all_sensors_say_is_one_person_running(bluetooth: Bluetooth) -> None:
    """Steps found in each stream by the real chain are those that the person took."""
    rig = bluetooth("h10", "pod_l", "pod_r", "wit", "treadmill")
    streams: dict[str, tuple[str, Mount, Heard]] = {
        "Polar H10 12345678": (PMD_DATA, "chest", Heard()),
        "LCPOD-L-0001": (pod.STREAM, "foot_left", Heard()),
        "LCPOD-R-0002": (pod.STREAM, "foot_right", Heard()),
        "WT901BLE67": (witmotion.DATA, "waist", Heard()),
    }
    hearts, belts = Heard(), Heard()
    clients = []
    try:
        for name, (uuid, _, heard) in streams.items():
            client = BleakClient(await found(name))
            await client.connect()
            clients.append(client)
            await client.start_notify(uuid, heard)
        await clients[0].start_notify(PMD_CONTROL, Heard())
        await clients[0].write_gatt_char(PMD_CONTROL, _ACC_200_HZ, response=True)
        await clients[0].start_notify(uuid16(0x2A37), hearts)
        clients.append(BleakClient(await found("Treadmill")))
        await clients[-1].connect()
        await clients[-1].start_notify(uuid16(0x2ACD), belts)
        await asyncio.sleep(14.0)
        truth = rig.truth()
    finally:
        for client in clients:
            await client.disconnect()
    for uuid, mount, heard in streams.values():
        foot = {"foot_left": "left", "foot_right": "right"}.get(mount)
        taken = np.array([t for t, side in truth if foot in {None, side}])
        steps = np.array(_contacts(uuid, mount, heard))
        expected = taken[(taken > heard.times[0] + 4.0) & (taken < heard.times[-1] - 1.5)]
        assert len(expected) > 8
        miss = [np.abs(steps - t).min() for t in expected]
        assert max(miss) < 0.08, (mount, miss)
    rates = [heart_rate.parse(data, 0.0) for data in hearts.data]
    assert all(r.rr_s for r in rates)
    assert all(60.0 / r.rr_s[0] == pytest.approx(r.rate_per_min, abs=2) for r in rates)
    belt = treadmill.parse(belts.data[-1], 0.0)
    assert belt.speed_mps == pytest.approx(3.0)
    assert belt.incline_percent == 1.0


def _contacts(uuid: str, mount: Mount, heard: Heard) -> list[float]:
    """Return when the tracker finds footfalls, on the monotonic clock."""
    decoder: Any = radio.decoder(uuid)
    packets: list[tuple[float, ImuPacket]] = []
    for t, data in zip(heard.times, heard.data, strict=True):
        packets += [(t, packet) for packet in decoder.update(data, t)]
    clocks = [p.clock_s for _, p in packets]
    period = packets[0][1].period_s or 0.01
    samples = 0
    tracker = SensorTracker(SensorInfo(name="x", kind="imu", mount=mount, rate_hz=1.0 / period))
    found_at: list[float] = []
    ends: list[float] = []
    last = 0.0
    for (_, packet), clock in zip(packets, clocks, strict=True):
        samples += len(packet.acc)
        end = samples * period if clock is None else clock
        if ends and packet.clock_wrap_s:
            end += packet.clock_wrap_s * round((last - end) / packet.clock_wrap_s)
        ends.append(end)
        last = end
    offset = min(t - end for (t, _), end in zip(packets, ends, strict=True))
    for (_, packet), end in zip(packets, ends, strict=True):
        for i, acc in enumerate(packet.acc):
            t = end + offset - (len(packet.acc) - 1 - i) * period
            gyr = packet.gyr[i] if packet.gyr else (None, None, None)
            events = tracker.update(ImuSample(t, *acc, *gyr))
            found_at += [e.t for e in events if isinstance(e, Contact)]
    return found_at


@pytest.mark.rig
async def test_an_h10_that_lags_is_in_time_again_when_started_anew(bluetooth: Bluetooth) -> None:
    rig = bluetooth("h10")
    heard = Heard()

    def late_s() -> float:
        """Return by how much the newest frame came later than the first."""
        first, last = (int.from_bytes(heard.data[i][1:9], "little") for i in (0, -1))
        return heard.times[-1] - heard.times[0] - (last - first) / 1e9

    async with BleakClient(await found("Polar H10 12345678")) as client:
        await client.start_notify(PMD_DATA, heard)
        await client.start_notify(PMD_CONTROL, Heard())
        await client.write_gatt_char(PMD_CONTROL, _ACC_200_HZ, response=True)
        await until(lambda: len(heard) >= 2)
        assert late_s() < 0.3
        rig.do("lag", "h10", 1.0)
        await until(lambda: late_s() > 0.8)
        for request in (polar_control.stop_request(), _ACC_200_HZ):
            await client.write_gatt_char(PMD_CONTROL, request, response=True)
        await until(lambda: late_s() < 0.3)
