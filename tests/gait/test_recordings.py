"""Real and virtual recordings with truth: footfalls, rate, contact time, order."""

import csv
import math
import statistics
from pathlib import Path

import pytest
from msgspec.structs import replace

from livecoach.model import Contact, Notice, Phase, Step
from tests.gait.recordings import (
    contacts,
    f1,
    read,
    recordings,
    run,
    score,
    steps,
    true_contacts,
    truth,
)

TRUNK = ("alcantara/alcantara_0*", "davis/*_waist", "davis/*_chest", "davis/*_back", "rbds/*_waist")


@pytest.mark.parametrize("pattern", TRUNK)
def test_trunk_finds_every_footfall_and_no_other(data_dir: Path, pattern: str) -> None:
    for path in recordings(data_dir, pattern):
        assert score(path) == 1.0, path.name


@pytest.mark.parametrize("side", ["left", "right"])
def test_foot_finds_every_footfall_and_no_other(data_dir: Path, side: str) -> None:
    for path in [
        *recordings(data_dir, f"davis/*_foot_{side}"),
        *recordings(data_dir, f"rbds/*_foot_{side}"),
    ]:
        assert score(path, side) == 1.0, path.name
        info, samples = read(path)
        assert {c.foot for c in contacts(run(info, samples))} == {side}


def test_shoe_in_a_small_arena_is_nearly_always_right(data_dir: Path) -> None:
    scores = [score(path, "right") for path in recordings(data_dir, "pyshoe/*")]
    assert statistics.mean(scores) > 0.94


@pytest.mark.parametrize("pattern", TRUNK)
def test_contact_jitter_and_contact_time_on_the_trunk(data_dir: Path, pattern: str) -> None:
    spread, wrong = [], []
    for path in recordings(data_dir, pattern):
        info, samples = read(path)
        events = run(info, samples)
        rows = truth(path)
        late = []
        for c in contacts(events):
            near = [t for t in true_contacts(path) if abs(c.t - t) < 0.12]
            late += [c.t - t for t in near if c.t > samples[0].t + 1.5]
        spread.append(statistics.stdev(late))
        for step in steps(events):
            for row in rows:
                on, off = row["t_contact_s"], row["t_toe_off_s"]
                if on is None or off is None or abs(on - step.t) > 0.12 or step.t < 1.5:
                    continue
                if step.contact_time_s is not None:
                    wrong.append(step.contact_time_s - (off - on))
    assert statistics.mean(spread) < 0.004
    assert math.sqrt(statistics.mean(x * x for x in wrong)) < 0.040


def test_a_long_outdoor_run_keeps_its_rate_and_knows_standing(data_dir: Path) -> None:
    for path in recordings(data_dir, "adept_gpl3/*"):
        info, samples = read(path)
        events = run(info, samples)
        with (path.parent / path.name.replace(".imu.csv", ".rate.csv")).open() as file:
            blocks = [[float(x) for x in row.values()] for row in csv.DictReader(file)]
        errors = []
        for start, end, rate in blocks:
            if rate == 0.0:
                assert sum(start + 2.0 <= c.t < end for c in contacts(events)) <= 1
                continue
            here = [s.step_rate_spm for s in steps(events) if start <= s.t < end]
            errors.append(statistics.mean(here) / rate - 1.0)
        assert math.sqrt(statistics.mean(x * x for x in errors)) < 0.02, path.name


@pytest.mark.parametrize(
    "name",
    [
        "clipped_2g",
        "declared_rate_wrong",
        "dropouts_3s",
        "duplicate_times",
        "gyr_empty",
        "gyr_missing",
        "huge_values",
        "loss_20_percent",
        "missing_cells",
        "mounted_35deg_off",
        "nan_words",
        "packet_loss_20_percent_8_samples",
        "spikes",
        "time_goes_back",
        "y_axis_never_measured",
    ],
)
def test_a_hostile_recording_with_truth_still_gives_the_footfalls(
    data_dir: Path, name: str
) -> None:
    assert score(data_dir / "hostile" / f"{name}.imu.csv") > 0.95


def test_still_and_stuck_sensors_take_no_steps(data_dir: Path) -> None:
    still = run(*read(data_dir / "hostile" / "still_60s.imu.csv"))
    assert contacts(still) == []
    stuck = run(*read(data_dir / "hostile" / "stuck_sensor.imu.csv"))
    assert max(c.t for c in contacts(stuck)) < 6.0


def test_a_sensor_in_g_is_told_once(data_dir: Path) -> None:
    events = run(*read(data_dir / "hostile" / "in_g_not_si.imu.csv"))
    assert [e for e in events if isinstance(e, Notice)] == events[:1]
    plain = contacts(run(*read(data_dir / "hostile" / "crlf_bom.imu.csv")))
    found = contacts(events)
    assert [c.t for c in found[3:]] == pytest.approx(
        [c.t for c in plain[-len(found) + 3 :]], abs=0.003
    )


def test_a_footfall_is_contact_then_phase_then_the_step_it_ends(data_dir: Path) -> None:
    (path,) = recordings(data_dir, "rbds/*_waist")
    events = run(*read(path))
    kinds = [type(e) for e in events]
    assert kinds[:3] == [Contact, Contact, Phase]  # no rhythm before the second
    assert kinds[4:] == [Contact, Phase, Step] * (len(kinds[4:]) // 3)
    for contact, following, step in zip(
        contacts(events), contacts(events)[1:], steps(events), strict=False
    ):
        assert step.t == contact.t
        assert step.step_time_s == following.t - contact.t
        assert step.t_known == following.t_known
        assert contact.t <= contact.t_known


def test_the_next_footfalls_are_foretold(data_dir: Path) -> None:
    (path,) = recordings(data_dir, "rbds/*_waist")
    events = run(*read(path))
    phases = [e for e in events if isinstance(e, Phase)]
    found = [c.t for c in contacts(events)]
    for ahead, limit in ((1, 0.008), (3, 0.012)):
        off = [found[i + ahead] - phases[i].predict(ahead) for i in range(10, len(found) - ahead)]
        assert statistics.stdev(off) < limit


def test_what_a_mount_cannot_know_stays_unknown(data_dir: Path) -> None:
    (waist,) = recordings(data_dir, "davis/*_waist")
    step = steps(run(*read(waist)))[5]
    assert step.speed_loss_mps is None
    assert step.trunk_lean_deg is None
    assert step.pelvis_swing_mps is not None
    (chest,) = recordings(data_dir, "davis/*_chest")
    step = steps(run(*read(chest)))[5]
    assert step.pelvis_swing_mps is None
    assert step.speed_loss_mps is not None
    assert step.trunk_lean_deg is not None
    (foot,) = recordings(data_dir, "davis/*_foot_left")
    step = steps(run(*read(foot)))[5]
    assert step.vertical_oscillation_m is None
    assert step.landing_angle_deg is not None
    assert 5.0 < step.landing_angle_deg < 45.0
    assert (step.toe_off_pitch_deg or 0.0) < -20.0


@pytest.mark.parametrize("keep", [2, 4])
def test_slower_sensors_find_the_same_footfalls(data_dir: Path, keep: int) -> None:
    for site, foot in (("waist", None), ("foot_left", "left")):
        (path,) = recordings(data_dir, f"rbds/*_{site}")
        sensor, samples = read(path)
        true = true_contacts(path, foot)
        found = [c.t for c in contacts(run(sensor, samples[::keep]))]
        assert f1(found, true, true[0] + 1.5, true[-1] - 0.5) == 1.0


def test_a_foot_whose_gyroscope_falls_silent_keeps_stepping(data_dir: Path) -> None:
    (path,) = recordings(data_dir, "rbds/*_foot_left")
    sensor, samples = read(path)
    mute = [s if s.t < 12.0 else replace(s, gyr_x=None, gyr_y=None, gyr_z=None) for s in samples]
    true = true_contacts(path, "left")
    found = [c.t for c in contacts(run(sensor, mute))]
    assert f1(found, true, 15.0, true[-1] - 0.5) > 0.95


def test_high_quality_means_a_true_contact(data_dir: Path) -> None:
    good = wrong = 0
    for pattern in (*TRUNK, "hostile/spikes", "hostile/packet_loss*", "hostile/dropouts*"):
        for path in recordings(data_dir, pattern):
            info, samples = read(path)
            true = true_contacts(path)
            for c in contacts(run(info, samples)):
                if c.quality >= 0.8 and true[0] < c.t < true[-1]:
                    good += 1
                    wrong += all(abs(c.t - t) > 0.12 for t in true)
    assert good > 300
    assert wrong <= 0.01 * good
