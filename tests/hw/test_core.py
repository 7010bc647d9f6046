"""The C core on this machine: clean under every warning and sanitizer, and true to the protocol."""

import csv
import ctypes
import struct
from ctypes import byref
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.wire import pod, pod_control
from tests.hw.core import MOST_BYTES, Clock, Fifo, Packer, Queue, Rsc, Sample, State, Write, make

_s16 = st.integers(-32768, 32767)
_raw = st.tuples(*[_s16] * 6)


def test_no_warning_at_any_optimisation(out: Path) -> None:
    make("warnings", out)


def test_sanitizers_find_nothing(out: Path) -> None:
    said = make("asan", out)
    assert int(said.split("packets")[-1].split()[0]) > 1000


def _words(ticks: int, raw: tuple[int, ...], slot: int) -> list[bytes]:
    """Return the FIFO words of one sample: stamp, gyro, acceleration."""
    return [
        bytes([4 << 3 | slot << 1]) + struct.pack("<IH", ticks & 0xFFFFFFFF, 0),
        bytes([1 << 3 | slot << 1]) + struct.pack("<3h", *raw[3:]),
        bytes([2 << 3 | slot << 1]) + struct.pack("<3h", *raw[:3]),
    ]


class _Pod:
    """The core from words to packets."""

    def __init__(self, core: ctypes.CDLL, most: int = 10, ticks: int = 0) -> None:
        self.core, self.fifo, self.clock, self.packer = core, Fifo(), Clock(), Packer()
        core.lcpod_clock_init(byref(self.clock), ctypes.c_uint32(ticks), ctypes.c_uint32(0), 0)
        core.lcpod_pack_init(byref(self.packer), most, 208, 32, 16, 1)

    def feed(self, words: list[bytes]) -> list[pod.StreamPacket]:
        found, sample, out = [], Sample(), ctypes.create_string_buffer(MOST_BYTES)
        for word in words:
            if self.core.lcpod_fifo_word(byref(self.fifo), word, byref(sample)):
                n = self.core.lcpod_pack(byref(self.packer), byref(self.clock), byref(sample), out)
                if n:
                    found.append(pod.parse(out.raw[:n]))
        return found


@given(st.lists(_raw, min_size=1, max_size=60), st.integers(1, 19), st.integers(0, 2**32 - 1))
def test_words_to_packets_to_samples(
    core: ctypes.CDLL, samples: list[tuple[int, ...]], most: int, ticks: int
) -> None:
    """Every sample comes out of the coach's parser as it went in, across any wrap."""
    unit = _Pod(core, most, ticks)
    found = [
        p for k, raw in enumerate(samples) for p in unit.feed(_words(ticks + k * 192, raw, k & 3))
    ]
    assert [s for p in found for s in p.samples] == samples[: len(samples) // most * most]
    assert [p.count for p in found] == list(range(len(found)))
    assert [p.first_us for p in found] == [
        k * most * 192 * 25 & 0xFFFFFFFF for k in range(len(found))
    ]
    assert [p.overrun for p in found] == [k == 0 for k in range(len(found))]


@given(st.integers(20, 80), st.integers(1, 9), st.data())
def test_a_gap_ends_a_packet(core: ctypes.CDLL, n: int, lost: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, n - 12))
    unit = _Pod(core)
    ticks = [k * 192 + (lost * 192 if k >= at else 0) for k in range(n)]
    found = [p for k in range(n) for p in unit.feed(_words(ticks[k], (k, 0, 0, 0, 0, 0), k & 3))]
    for packet in found:
        first = packet.samples[0][0]
        assert packet.first_us == ticks[first] * 25
        assert packet.overrun == (first in {0, at})
        assert all(ticks[s[0]] - ticks[first] == 192 * k for k, s in enumerate(packet.samples))
    assert [s[0] for p in found for s in p.samples] == list(
        range(sum(len(p.samples) for p in found))
    )


@given(st.integers(1, 200), st.integers(0, 600))
def test_words_lost_never_shift_a_sample(core: ctypes.CDLL, lost: int, at: int) -> None:
    """The sensor throws whole words away: what is left still belongs to its own stamp."""
    words = [w for k in range(300) for w in _words(k * 192, (k, 0, 0, k, 0, 0), k & 3)]
    unit = _Pod(core, most=1)
    found = unit.feed(words[:at])
    overrun = ctypes.c_int()
    unit.core.lcpod_fifo_level(byref(unit.fifo), bytes([0, 0x48]), byref(overrun))
    found += unit.feed(words[at + lost :])
    assert overrun.value
    assert len(found) >= (900 - lost) // 3 - 2
    for packet in found:
        ((ax, _, _, gx, _, _),) = packet.samples
        assert packet.first_us == ax * 192 * 25 == gx * 192 * 25


def test_the_clock_follows_the_crystal(core: ctypes.CDLL) -> None:
    """A sensor 2.3 % fast, its fine trim unknown: half a millisecond a minute later."""
    clock, rate = Clock(), 40_000 * 1.023
    core.lcpod_clock_init(byref(clock), ctypes.c_uint32(0), ctypes.c_uint32(0), 0)
    for s in range(1, 600):
        core.lcpod_clock_mark(
            byref(clock), ctypes.c_uint32(round(s * rate)), ctypes.c_uint32(s * 1_000_000)
        )
    said = core.lcpod_clock_us(byref(clock), ctypes.c_uint32(round(600 * rate)))
    assert said == pytest.approx(600_000_000, abs=500)


@pytest.mark.parametrize(("mtu", "fits"), [(23, 0), (31, 1), (185, 13), (247, 19), (517, 19)])
def test_samples_that_fit(core: ctypes.CDLL, mtu: int, fits: int) -> None:
    assert core.lcpod_fits(mtu - 3) == fits


def test_the_oldest_packets_give_way(core: ctypes.CDLL) -> None:
    queue, length = Queue(), ctypes.c_size_t()
    one = pod.StreamPacket(count=0, first_us=0, period_quarter_us=1, samples=((0,) * 6,) * 3)
    gone = 0
    for k in range(60):
        data = bytearray(pod.build(one))
        data[2] = k
        gone += core.lcpod_queue_put(byref(queue), bytes(data), ctypes.c_size_t(len(data)))
    assert gone == 12 * 3
    found = []
    while head := core.lcpod_queue_head(byref(queue), byref(length)):
        found.append(pod.parse(bytes(head[: length.value])))
        core.lcpod_queue_pop(byref(queue))
    assert [p.count for p in found] == list(range(12, 60))
    assert [p.dropped for p in found] == [True] + [False] * 47


def _ask(core: ctypes.CDLL, state: State, request: bytes) -> tuple[pod_control.Reply, int]:
    reply, done = ctypes.create_string_buffer(15), ctypes.c_uint8()
    n = core.lcpod_control(
        byref(state), request, ctypes.c_size_t(len(request)), 5, 7, reply, byref(done)
    )
    return pod_control.parse_reply(reply.raw[:n]), done.value


def _state(**more: int) -> State:
    return State(**{"model": 2, "att_payload": 244, **more})


@pytest.mark.parametrize(
    ("wanted", "result"),
    [
        ({}, pod_control.OK),
        ({"acc_full_scale_g": 32, "samples": 0, "rate_hz": 416}, pod_control.OK),
        ({"rate_hz": 200}, pod_control.BAD_PARAMETER),
        ({"acc_full_scale_g": 2}, pod_control.BAD_PARAMETER),
        ({"acc_full_scale_g": 33}, pod_control.BAD_PARAMETER),
        ({"gyr_full_scale_125dps": 3}, pod_control.BAD_PARAMETER),
        ({"samples": 20}, pod_control.BAD_PARAMETER),
        ({"side": 4}, pod_control.BAD_PARAMETER),
        ({"flags": 1}, pod_control.BAD_PARAMETER),
    ],
)
def test_set(core: ctypes.CDLL, wanted: dict[str, int], result: int) -> None:
    state = _state()
    settings = pod_control.Settings(**wanted)
    reply, done = _ask(core, state, pod_control.set_request(settings))
    assert (reply.op, reply.result) == (pod_control.SET, result)
    assert done == (pod_control.SET if result == pod_control.OK else 0)
    assert (state.settings.rate_hz == settings.rate_hz) is (result == pod_control.OK)


def test_a_small_link_and_a_dead_sensor_refuse_to_stream(core: ctypes.CDLL) -> None:
    request = pod_control.set_request(pod_control.Settings())
    assert _ask(core, _state(att_payload=20), request)[0].result == pod_control.MTU_TOO_SMALL
    assert _ask(core, _state(faults=1), request)[0].result == pod_control.SENSOR_FAULT


@given(st.binary(max_size=20))
def test_any_request_is_answered(core: ctypes.CDLL, request: bytes) -> None:
    reply, done = _ask(core, _state(), request)
    assert reply.op == (request[0] if request else 0)
    assert done == (reply.op if reply.result == pod_control.OK else 0)
    known = {pod_control.SYNC: 5, pod_control.SET: 8} | dict.fromkeys(range(3, 7), 1)
    if known.get(reply.op) != len(request):
        assert reply.result in {pod_control.UNKNOWN_OP, pod_control.BAD_PARAMETER}


def test_sync_answers_both_times(core: ctypes.CDLL) -> None:
    reply, _ = _ask(core, _state(), pod_control.sync_request(99))
    assert pod_control.parse_synced(reply.rest) == pod_control.Synced(99, 5, 7)


@pytest.mark.parametrize(("model", "acc_g", "ctrl1"), [(2, 32, 0x54), (1, 8, 0x5C), (1, 16, 0x54)])
def test_registers(core: ctypes.CDLL, model: int, acc_g: int, ctrl1: int) -> None:
    """The values of the reference: the same code is twice the range on a DSO32."""
    writes, state = (Write * 7)(), _state()
    state.settings.rate_hz, state.settings.acc_g, state.settings.gyr_125 = 208, acc_g, 16
    assert core.lcpod_setup(byref(state.settings), model, writes)
    found = {w.reg: w.value for w in writes}
    assert found == {0x0A: 0x46, 0x12: 0x44, 0x19: 0x20, 0x09: 0x55, 0x10: ctrl1, 0x11: 0x5C}


def test_charge_rises_with_the_voltage(core: ctypes.CDLL) -> None:
    percent = [core.lcpod_battery_percent(mv) for mv in range(3000, 4400, 10)]
    assert percent == sorted(percent)
    assert (percent[0], percent[-1]) == (0, 100)


def _cadences(core: ctypes.CDLL, path: Path, rate_hz: int, side: int) -> list[tuple[float, int]]:
    """Run the pod's cadence over a recording, once a second."""
    acc_g, rsc = 16, Rsc()
    table = np.genfromtxt(path, delimiter=",", names=True)
    t = np.arange(table["t"][0], table["t"][-1], 1 / rate_hz)
    axes = [np.interp(t, table["t"], table[name]) for name in ("acc_x", "acc_y", "acc_z")]
    steps = np.stack(axes, axis=1) / (9.80665 * 0.976e-3 * acc_g / 32)
    raw = np.clip(np.round(steps), -32768, 32767).astype(np.int16)
    core.lcpod_rsc_init(byref(rsc), rate_hz, acc_g)
    found = []
    for k in range(len(t)):
        core.lcpod_rsc_push(byref(rsc), raw[k].ctypes.data_as(ctypes.c_void_p))
        if k % rate_hz == 0:
            found.append((float(t[k]), core.lcpod_rsc_cadence(rsc, round(4e6 / rate_hz), side)))
    return found


@pytest.mark.parametrize(("where", "side", "steps"), [("foot_left", 1, 2), ("waist", 3, 1)])
def test_cadence_of_a_real_run(
    core: ctypes.CDLL, data_dir: Path, where: str, side: int, steps: int
) -> None:
    """Twelve minutes outdoors, against the spectral rate of every ten seconds."""
    stem = data_dir / "adept_gpl3" / f"adept_first12min_{where}"
    found = _cadences(core, stem.with_name(f"{stem.name}.imu.csv"), 104, side)
    errors = []
    with stem.with_name(f"{stem.name}.rate.csv").open() as file:
        for row in csv.DictReader(file):
            start, end = float(row["t_start_s"]) + 5, float(row["t_end_s"])
            values = [steps * c for t, c in found if start < t < end]
            if values and float(row["step_rate_spm"]):
                errors.append(float(np.median(values)) - float(row["step_rate_spm"]))
    assert len(errors) > 50
    assert np.percentile(np.abs(errors), 95) < 2.0


def test_standing_still_is_no_cadence(core: ctypes.CDLL) -> None:
    rsc, rng = Rsc(), np.random.default_rng(1)
    core.lcpod_rsc_init(byref(rsc), 208, 32)
    for noise in rng.normal(0, 8, (2000, 3)):
        raw = (noise + np.array([0, 0, 1025])).astype(np.int16)
        core.lcpod_rsc_push(byref(rsc), raw.ctypes.data_as(ctypes.c_void_p))
    assert core.lcpod_rsc_cadence(rsc, 19231, 1) == 0
