"""Trunk sensors: contact and contact time of a known runner, tilted mounts, lean, walking."""

import math
import statistics
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from livecoach.gait.params import DEFAULT, GaitParams, TiltParams, TrunkParams
from livecoach.gait.slant import Slant
from livecoach.gait.stance import flank_share, rise_s, usual_duty
from livecoach.gait.tilt import Tilt
from livecoach.gait.tracker import SensorTracker
from livecoach.model import BodySample, Contact, ImuSample, Step
from tests.gait.recordings import (
    G,
    bouncing,
    contacts,
    f1,
    info,
    read,
    recordings,
    run,
    steps,
    true_contacts,
    truth,
)
from tests.rigs import require_rig


@pytest.mark.parametrize("rate_hz", [50.0, 200.0, 500.0])
@pytest.mark.parametrize("step_s", [0.30, 0.36, 0.42])
def test_contact_and_contact_time_of_a_half_sine(rate_hz: float, step_s: float) -> None:
    contact_s = TrunkParams().duty * step_s
    events = run(info("chest"), bouncing(10.0, rate_hz=rate_hz, step_s=step_s, contact_s=contact_s))
    late = [(c.t + 0.5 * step_s) % step_s - 0.5 * step_s for c in contacts(events)[4:]]
    assert statistics.mean(late) == pytest.approx(0.0, abs=0.2 / rate_hz + 0.001)
    found = [s.contact_time_s for s in steps(events)[4:] if s.contact_time_s is not None]
    assert statistics.mean(found) == pytest.approx(contact_s, abs=0.2 / rate_hz + 0.001)


@pytest.mark.parametrize("duty", [0.62, 0.68, 0.78, 0.84])
def test_contact_time_leans_towards_the_usual_duty(duty: float) -> None:
    step_s = 0.36
    events = run(info("back"), bouncing(8.0, rate_hz=500.0, step_s=step_s, contact_s=duty * step_s))
    late = [(c.t + 0.5 * step_s) % step_s - 0.5 * step_s for c in contacts(events)[4:]]
    assert max(abs(x) for x in late) < 0.016
    usual = TrunkParams().duty * step_s
    for step in steps(events)[4:]:
        assert step.contact_time_s is not None
        assert abs(step.contact_time_s - duty * step_s) < abs(usual - duty * step_s)


def test_the_model_s_pieces() -> None:
    assert rise_s(0.25, 0.35, 0.0) == 0.0
    assert rise_s(0.25, 0.35, 1.0) == pytest.approx(
        0.25 / math.pi * math.asin(2.0 / math.pi * 0.25 / 0.35)
    )
    assert rise_s(0.9, 0.35, 1.0) == pytest.approx(0.45)
    assert flank_share(0.69) < flank_share(0.73) < flank_share(0.77)
    assert flank_share(0.73) == pytest.approx(0.45, abs=0.01)


def test_the_usual_duty_falls_with_speed_and_stays_within_bounds() -> None:
    p = TrunkParams()
    assert usual_duty(p, None) == p.duty
    assert usual_duty(p, 0.0) == p.duty
    assert usual_duty(p, 3.0) == pytest.approx(p.duty)
    assert usual_duty(p, 6.0) == pytest.approx(p.duty / 2.0 ** (1.0 / 3.0))
    assert usual_duty(p, 12.0) == p.duty_least
    assert usual_duty(p, 0.5) == p.duty_most


def test_a_known_speed_brings_contact_time_nearer(data_dir: Path) -> None:
    for patterns in (("alcantara/alcantara_[0-9]*",), ("davis/*_waist", "rbds/*_waist")):
        wrong: dict[bool, list[float]] = {False: [], True: []}
        for path in [p for pattern in patterns for p in recordings(data_dir, pattern)]:
            sensor, samples = read(path)
            rows = [(r["t_contact_s"], r["t_toe_off_s"]) for r in truth(path)]
            for known, errors in wrong.items():
                told = sensor if known else replace(sensor, speed_mps=None)
                found = [s for s in steps(run(told, samples)) if s.t > 1.5]
                for on, off in rows:
                    if on is None or off is None:
                        continue
                    errors += [
                        s.contact_time_s - (off - on)
                        for s in found
                        if abs(s.t - on) < 0.12 and s.contact_time_s is not None
                    ]
        rms = {k: math.sqrt(statistics.mean(x * x for x in v)) for k, v in wrong.items()}
        assert len(wrong[True]) > 40
        assert rms[True] < 0.015, patterns
        assert rms[True] < rms[False], patterns


def test_slant_is_what_a_step_brakes_beyond_its_leg_s_usual() -> None:
    p = TrunkParams()
    per_g = math.tan(math.radians(p.landing_deg))
    own, half = Slant(p, 0.0), Slant(p, 0.5)
    for _ in range(10):
        assert [own.update(x) for x in (-0.1, -0.3)] == pytest.approx([0.0, 0.0])
        both = [half.update(x) for x in (-0.1, -0.3)]
    assert both == pytest.approx([-0.05 * per_g, 0.05 * per_g])
    assert own.update(-0.2) == pytest.approx(0.1 * per_g * (1.0 - 1.0 / p.slant_steps))
    assert own.update(-9.0) == p.slant_most_g
    assert own.update(9.0) == -p.slant_most_g


def spread(paths: Iterable[Path], params: GaitParams, turn: float = 0.0) -> float:
    """Return the SD of contacts within a recording, pooled."""
    squares = []
    for path in paths:
        sensor, samples = read(path)
        tracker, true = SensorTracker(sensor, params), true_contacts(path)
        late = [
            min((e.t - t for t in true), key=abs)
            for sample in (turned(samples, "yaw", turn) if turn else samples)
            for e in tracker.update(sample)
            if isinstance(e, Contact) and 1.5 < e.t < samples[-1].t - 0.5
        ]
        squares += [statistics.variance(late)] * len(late)
    return math.sqrt(statistics.mean(squares))


@pytest.mark.parametrize(
    ("patterns", "most_s", "turned_s"),
    [
        (("davis/*_chest",), 0.0018, 0.0027),
        (("davis/*_back",), 0.0018, 0.0027),
        (("davis/*_waist", "rbds/*_waist"), 0.0031, 0.0036),
        (("alcantara/alcantara_[0-9]*",), 0.0030, 0.0032),
    ],
)
def test_the_leg_s_slant_steadies_contacts(
    data_dir: Path, patterns: tuple[str, ...], most_s: float, turned_s: float
) -> None:
    paths = [p for pattern in patterns for p in recordings(data_dir, pattern)]
    upright = replace(DEFAULT, trunk=replace(DEFAULT.trunk, landing_deg=0.0))
    assert spread(paths, DEFAULT) < most_s
    assert spread(paths, DEFAULT) < spread(paths, upright)
    assert max(spread(paths, DEFAULT, turn) for turn in (-35.0, 35.0)) < turned_s


def turned(samples: Iterable[ImuSample], axis: str, deg: float) -> list[ImuSample]:
    """Return what a sensor turned about left (``pitch``), forward (``roll``) or up reads."""
    c, s = math.cos(math.radians(deg)), math.sin(math.radians(deg))

    def turn(x: float, y: float, z: float) -> tuple[float, float, float]:
        if axis == "yaw":
            return c * x + s * y, c * y - s * x, z
        if axis == "pitch":
            return c * x + s * z, y, c * z - s * x
        return x, c * y - s * z, s * y + c * z

    return [
        ImuSample(
            a.t,
            *turn(a.acc_x, a.acc_y, a.acc_z),
            *turn(a.gyr_x or 0.0, a.gyr_y or 0.0, a.gyr_z or 0.0),
        )
        for a in samples
    ]


@pytest.mark.parametrize("site", ["chest", "back", "waist"])
@pytest.mark.parametrize(("axis", "deg"), [("pitch", 35), ("pitch", -35), ("roll", 35)])
def test_a_mount_35_degrees_off_changes_nothing(
    data_dir: Path, site: str, axis: str, deg: float
) -> None:
    (path,) = recordings(data_dir, f"davis/*_{site}")
    sensor, samples = read(path)
    true = true_contacts(path)
    found = [c.t for c in contacts(run(sensor, turned(samples, axis, deg)))]
    assert f1(found, true, 1.5, samples[-1].t - 0.5) == 1.0
    late = [min((t - x for x in true), key=abs) for t in found if t > 1.5]
    assert abs(statistics.mean(late)) < 0.010
    assert statistics.stdev(late) < 0.005


@pytest.mark.parametrize("site", ["chest", "back"])
@pytest.mark.parametrize("deg", [-20.0, -8.0, 8.0, 20.0])
def test_lean_is_the_angle_the_sensor_was_turned_by(data_dir: Path, site: str, deg: float) -> None:
    (path,) = recordings(data_dir, f"davis/*_{site}")
    sensor, samples = read(path)

    def lean(samples: Iterable[ImuSample]) -> float:
        late = [s for s in steps(run(sensor, samples)) if s.t > 6.0]
        return statistics.mean(s.trunk_lean_deg for s in late if s.trunk_lean_deg is not None)

    assert lean(samples) == pytest.approx(0.0, abs=2.0)
    assert lean(turned(samples, "pitch", deg)) - lean(samples) == pytest.approx(-deg, abs=1.0)


def test_tilt_agrees_with_vqf(data_dir: Path) -> None:
    require_rig(find_spec("vqf") is not None, "vqf, which has no wheel for this machine")
    vqf: Any = import_module("vqf")
    for site in ("chest", "back", "waist"):
        (path,) = recordings(data_dir, f"davis/*_{site}")
        _, samples = read(path)
        tilt, oracle, off = Tilt(TiltParams()), vqf.VQF(0.005), []
        for s in samples:
            acc, gyr = (s.acc_x, s.acc_y, s.acc_z), (s.gyr_x, s.gyr_y, s.gyr_z)
            tilt.update(BodySample(s.t, *acc, *gyr))
            oracle.update(np.array(gyr), np.array(acc))
            w, x, y, z = oracle.getQuat6D()
            up = (2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z)
            dot = tilt.ap * up[0] + tilt.ml * up[1] + tilt.v * up[2]
            off.append(math.degrees(math.acos(min(1.0, dot))))
        assert statistics.mean(off[600:]) < 1.5, site


@pytest.mark.parametrize("step_s", [0.50, 0.60, 0.70])
@pytest.mark.parametrize("heel_g", [0.0, 0.5, 1.0])
def test_a_walker_s_heel_strikes_give_one_step_each(step_s: float, heel_g: float) -> None:
    swing = 0.33 * (0.52 / step_s) ** 2
    samples = []
    for n in range(3000):
        t = n / 100.0
        turn, since = 2.0 * math.pi * t / step_s, t % step_s
        up = 1.0 + swing * (math.cos(turn - 0.6) + 0.3 * math.cos(2.0 * turn + 1.0))
        up += heel_g * math.exp(-since / 0.03) * math.sin(2.0 * math.pi * 14.0 * since)
        samples.append(ImuSample(t, 0.0, 0.0, G * up))
    found = steps(run(info(), samples))[3:]
    assert len(found) == pytest.approx(30.0 / step_s - 4, abs=2)
    assert {s.activity for s in found} == {"walk"}
    assert {s.contact_time_s for s in found} == {None}


@pytest.mark.parametrize("site", ["chest", "back", "waist"])
def test_clipping_at_2_g_changes_no_time(data_dir: Path, site: str) -> None:
    (path,) = recordings(data_dir, f"davis/*_{site}")
    sensor, samples = read(path)
    low, high = -2.0 * G, 2.0 * G
    clipped = [replace(s, acc_z=min(max(s.acc_z, low), high)) for s in samples]
    for whole, cut in zip(run(sensor, samples), run(sensor, clipped), strict=True):
        if isinstance(whole, Step):
            assert isinstance(cut, Step)
            assert cut.t == pytest.approx(whole.t, abs=0.003)
            assert cut.contact_time_s == pytest.approx(whole.contact_time_s, abs=0.006)


def test_the_ragged_end_of_push_off_is_no_footfall() -> None:
    step_s, contact_s = 0.36, 0.24
    samples = [
        replace(s, acc_z=0.9 * G) if 0.23 <= (s.t % step_s) < 0.24 else s
        for s in bouncing(8.0, rate_hz=200.0, step_s=step_s, contact_s=contact_s)
    ]
    late = [(c.t + 0.5 * step_s) % step_s - 0.5 * step_s for c in contacts(run(info(), samples))]
    assert max(abs(x) for x in late[4:]) < 0.02
