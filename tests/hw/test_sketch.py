"""The real sketch against a virtual sensor and radio, decoded by the coach's own parsers."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from livecoach.timebase.device import DeviceClock
from livecoach.wire import pod_control, rsc
from tests.hw.core import FIRMWARE, make
from tests.hw.virtual import Frame, packets, run

_PERIOD_US = 1e6 / 208


def _all(host: Path, *options: str | float) -> list[Frame]:
    return list(run(host, *options))


def _replies(frames: list[Frame]) -> list[pod_control.Reply]:
    return [pod_control.parse_reply(f.data) for f in frames if f.kind == "<"]


def test_an_hour(pod_host: Path) -> None:
    """An hour of stalls, silences of the radio, wraps, and a sensor 1.3 % fast that swings.

    Every sample is dated within one period of when it was taken, the packets are counted without
    a hole except where the pod says so, and a stride a minute is a stride a minute.
    """
    board_us, others, worst_us, n = 4_000_000_000, list[Frame](), 0.0, 0
    before = None
    options = ("--seconds", 3600, "--sensor-ppm", 13000, "--swing-ppm", 300)
    clocks = ("--board-us", board_us, "--ticks", 4_200_000_000)
    trouble = ("--stall-every", 600, "--stall", 2, "--mute-every", 700, "--mute", 4)
    for packet in packets(run(pod_host, *options, *clocks, *trouble), others):
        n += len(packet.true_s)
        worst_us = max(worst_us, float(np.abs(packet.error_us(board_us)).max()))
        count = packet.packet.count
        if before is not None and not packet.packet.dropped:
            assert count == (before + 1) & 0xFFFF
        before = count
    assert worst_us < _PERIOD_US
    counters = pod_control.parse_counters([f.data for f in others if f.kind == "c"][-1])
    assert counters.overruns > 4
    assert counters.dropped > 0
    assert n == pytest.approx(counters.samples - counters.dropped, abs=300)
    assert n > 740_000
    measured = [rsc.parse(f.data, f.t) for f in others if f.kind == "r"]
    assert {m.cadence_raw_per_min for m in measured[10:]} <= {0, 82, 83, 84, 85}
    assert np.median([m.cadence_raw_per_min for m in measured]) == 84
    assert measured[-1].running


def test_the_coachs_clock_follows_it(pod_host: Path) -> None:
    """Ten minutes through the coach's own map of device time, with a radio's delays on top."""
    rng, clock = np.random.default_rng(3), DeviceClock(2**32 / 1e6)
    errors = []
    frames = run(pod_host, "--seconds", 600, "--sensor-ppm", -21000, "--board-us", 4_200_000_000)
    for packet in packets(frames, []):
        imu = packet.packet.imu()
        assert imu.clock_s is not None
        heard = packet.t + 0.005 + rng.uniform(0, 0.03)
        errors.append(clock.update(imu.clock_s, heard) - packet.true_s[-1])
    settled = np.array(errors[2000:])
    # The poll of 20 ms and the least delay are a constant; what moves is the clock.
    assert np.ptp(settled) < 0.005
    assert 0.0 < np.median(settled) < 0.025


@pytest.mark.parametrize(("mtu", "n"), [(247, 10), (185, 10), (100, 6), (23, 0)])
def test_packets_fit_the_link(pod_host: Path, mtu: int, n: int) -> None:
    found = list(packets(run(pod_host, "--seconds", 5, "--mtu", mtu), []))
    assert {len(p.true_s) for p in found} == ({n} if n else set())


def test_packets_grow_when_the_link_agrees_on_more(pod_host: Path) -> None:
    found = list(packets(run(pod_host, "--seconds", 5, "--mtu-from", 2), []))
    sizes = [len(p.true_s) for p in found]
    assert set(sizes) == {6, 10}
    assert sizes == sorted(sizes)
    counts = [p.packet.count for p in found]
    assert counts == list(range(len(counts)))
    assert [p.packet.overrun for p in found].count(True) == 2


def test_requests(pod_host: Path) -> None:
    wanted = pod_control.Settings(
        rate_hz=416, acc_full_scale_g=16, gyr_full_scale_125dps=8, samples=0, side=2
    )
    asked = (
        ("--at", 2, pod_control.sync_request(0xAABBCCDD).hex()),
        ("--at", 3, "03"),
        ("--at", 8, pod_control.set_request(wanted).hex()),
        ("--at", 12, "06"),
        ("--at", 14, "09"),
        ("--at", 15, "05"),
    )
    others: list[Frame] = []
    options = (
        "--seconds",
        20,
        "--moves-from",
        18,
        "--board-us",
        77,
        *(x for a in asked for x in a),
    )
    found = list(packets(run(pod_host, *options), others))
    replies = _replies(others)
    assert [(r.op, r.result) for r in replies] == [(2, 1), (3, 1), (1, 1), (6, 1), (9, 2), (5, 1)]
    assert replies[-1].rest == b"\x00"
    synced = pod_control.parse_synced(replies[0].rest)
    asked_at = next(f.t for f in others if f.kind == ">")
    assert synced.token == 0xAABBCCDD
    assert synced.received_us * 1e-6 == pytest.approx(asked_at + 77e-6, abs=0.002)
    assert synced.answered_us >= synced.received_us
    lights = [f for f in others if f.kind == "o"]
    assert len(lights) > 10
    assert lights[-1].data == b"\x00"
    assert lights[-1].t < 6.5
    late = [p.packet for p in found if p.t > 9]
    assert {(p.acc_full_scale_g, p.gyr_full_scale_125dps, p.side) for p in late} == {(16, 8, 2)}
    assert {len(p.samples) for p in late} == {19}
    assert late[-1].period_quarter_us == pytest.approx(4e6 / 416, rel=1e-3)
    still = next(p.packet for p in found if p.t > 16)
    assert still.imu().acc[0][2] == pytest.approx(9.81, abs=0.1)
    info = pod_control.parse_info([f.data for f in others if f.kind == "i"][-1])
    assert (info.chip_id, info.model, info.side, info.serial) == (0x6C, 2, 2, 0x0123456789ABCDEF)
    counters = pod_control.parse_counters([f.data for f in others if f.kind == "c"][-1])
    assert counters.samples < 9 * 416


def test_sleep_answers_first(pod_host: Path) -> None:
    frames = _all(pod_host, "--seconds", 60, "--at", 4, "04")
    kinds = [f.kind for f in frames if f.kind in "<z"]
    assert kinds == ["<", "z"]
    assert frames[-1].t < 5


def test_a_sensor_that_loses_its_power_is_set_up_anew(pod_host: Path) -> None:
    others: list[Frame] = []
    found = list(packets(run(pod_host, "--seconds", 30, "--brownout", 10), others))
    counters = pod_control.parse_counters([f.data for f in others if f.kind == "c"][-1])
    assert counters.resets == 1
    gap = next(p for p in found if p.t > 10.5)
    assert gap.packet.overrun
    assert gap.t < 13
    late = [float(np.abs(p.error_us(0)).max()) for p in found if p.t > 10.5]
    assert max(late) < _PERIOD_US


def test_without_a_sensor_it_says_so(pod_host: Path) -> None:
    others: list[Frame] = []
    request = pod_control.set_request(pod_control.Settings()).hex()
    options = ("--seconds", 6, "--gone", 1, "--at", 2, request, "--at", 3, "05")
    assert not list(packets(run(pod_host, *options), others))
    refused, tested = _replies(others)
    assert refused.result == pod_control.SENSOR_FAULT
    assert tested.rest[0] & 0x01


def test_a_listener_who_comes_back_gets_a_fresh_stream(pod_host: Path) -> None:
    found = list(packets(run(pod_host, "--seconds", 12, "--subscribe", 6), []))
    assert found[0].t > 6
    assert found[0].true_s[0] > 5.9
    assert [p.packet.overrun for p in found] == [True] + [False] * (len(found) - 1)


def test_a_low_cell_is_told(pod_host: Path) -> None:
    others: list[Frame] = []
    found = list(packets(run(pod_host, "--seconds", 5, "--battery-mv", 3400), others))
    assert found[-1].packet.battery_low
    assert found[-1].packet.battery_mv == 3400
    assert found[-1].packet.temperature_degc == 31
    assert [f.data[0] for f in others if f.kind == "b"][-1] < 10


def test_board_files_are_valid_against_their_libraries_signatures(out: Path) -> None:
    make("boards", out)


def test_the_assembled_sketch_is_complete(out: Path) -> None:
    """What the Arduino IDE opens: one folder, nothing from outside it but the board's libraries."""
    make("sketch", out)
    folder, stubs = out / "livecoach_pod", FIRMWARE / "host/stubs"
    sources = [*folder.glob("*.cpp"), folder / "livecoach_pod.ino"]
    assert len(sources) == 4
    for arch in ("NRF52", "ESP32"):
        for source in sources:
            command = ["g++", "-std=c++11", "-fsyntax-only", f"-DARDUINO_ARCH_{arch}", f"-I{stubs}"]
            subprocess.run([*command, "-x", "c++", str(source)], check=True, timeout=60)
