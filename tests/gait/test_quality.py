"""Quality: what is called good is true, and what is true and clean is called good."""

from pathlib import Path

import pytest

from livecoach.gait.guard import Guard
from livecoach.gait.params import GuardParams
from livecoach.gait.posture import Posture
from livecoach.model import BodySample, ImuSample, Notice
from tests.gait.recordings import (
    G,
    contacts,
    info,
    late_truths,
    read,
    recordings,
    run,
    steps,
    true_contacts,
)
from tests.gait.spoilt import swapped

CLEAN = ("alcantara/alcantara_[0-2]*_v*", "davis/*", "rbds/*")


def judged(path: Path) -> tuple[int, int, int]:
    """Return the contacts inside the truth, those of quality 0.8, and the false among these."""
    sensor, samples = read(path)
    foot = (sensor.mount or "").removeprefix("foot_") if "foot" in (sensor.mount or "") else None
    true = true_contacts(path, foot)
    start, end = max(samples[0].t + 1.5, true[0] - 0.12), true[-1] + 0.12
    inside = [c for c in contacts(run(sensor, samples)) if start <= c.t <= end]
    good = [c for c in inside if c.quality >= 0.8]
    wrong = sum(all(abs(c.t - t) > 0.12 for t in true) for c in good)
    return len(inside), len(good), wrong


@pytest.mark.parametrize("pattern", CLEAN)
def test_clean_recordings_are_called_good(data_dir: Path, pattern: str) -> None:
    for path in recordings(data_dir, pattern):
        every, good, wrong = judged(path)
        assert good >= 0.85 * every, path.name
        assert wrong == 0, path.name


def test_what_is_called_good_is_true_on_hostile_files(data_dir: Path) -> None:
    for path in recordings(data_dir, "hostile/*"):
        if path.with_name(path.name.replace(".imu.", ".truth.")).exists():
            _, good, wrong = judged(path)
            assert wrong <= 0.01 * good, path.name


def test_what_is_called_good_in_the_arena_is_true_or_the_truth_is_late(data_dir: Path) -> None:
    for path in recordings(data_dir, "pyshoe/*"):
        _, good, wrong = judged(path)
        assert wrong - len(late_truths(path)) <= 0.01 * good, path.name


def test_turns_and_stops_in_the_arena_do_not_veto_a_clear_landing(data_dir: Path) -> None:
    found = [
        s
        for path in recordings(data_dir, "pyshoe/*11-27*")
        for s in steps(run(*read(path)))
        if s.t > 1.5
    ]
    assert sum(s.quality >= 0.8 for s in found) >= 0.85 * len(found)


@pytest.mark.parametrize(
    ("pattern", "pair"), [("davis/*_foot_left", "xy"), ("rbds/*_foot_right", "yz")]
)
def test_a_foot_with_swapped_columns_is_doubted_and_told(
    data_dir: Path, pattern: str, pair: str
) -> None:
    (path,) = recordings(data_dir, pattern)
    sensor, samples = read(path)
    events = run(sensor, swapped(samples, pair))
    assert all(c.quality < 0.5 for c in contacts(events) if c.t > samples[0].t + 3.0)
    late = [s for s in steps(events) if s.t > samples[0].t + 3.0]
    assert all(s.contact_time_s is None and s.landing_angle_deg is None for s in late)
    assert len([e for e in events if isinstance(e, Notice)]) == 1


def test_a_clock_that_goes_back_does_not_upset_the_posture() -> None:
    posture = Posture(foot=True)
    for t in (0.0, 0.1, -0.3, -0.2, 0.0):
        posture.update(BodySample(t, 0.0, 0.0, G, 0.0, 0.0, 0.0))
    assert posture.as_declared


def test_a_sensor_on_its_side_is_not_as_declared() -> None:
    upright, fallen = Posture(foot=False), Posture(foot=False)
    for n in range(300):
        upright.update(BodySample(n / 100.0, 0.5 * G, 0.0, 0.86 * G))
        fallen.update(BodySample(n / 100.0, 0.95 * G, 0.0, 0.3 * G))
    assert upright.as_declared
    assert not fallen.as_declared


@pytest.mark.parametrize(("mean_g", "scale"), [(1.0, G), (1.5, G), (4.0, G), (9.81, 1.0)])
def test_the_unit_is_recognised_on_trunk_and_foot(mean_g: float, scale: float) -> None:
    guard = Guard(GuardParams())
    for n in range(200):
        guard.judge(ImuSample(n / 100.0, 0.0, 0.0, mean_g * (1.0 + 0.5 * (-1.0) ** n)))
    assert guard.scale == pytest.approx(scale, rel=1e-3)


def test_a_contact_s_quality_does_not_change_afterwards(data_dir: Path) -> None:
    (path,) = recordings(data_dir, "davis/*_chest")
    sensor, samples = read(path)
    whole = contacts(run(sensor, samples))
    half = contacts(run(sensor, samples[: len(samples) // 2]))
    assert whole[: len(half)] == half


def test_first_contacts_are_never_called_good() -> None:
    samples = [ImuSample(n / 100.0, 0.0, 0.0, 2.5 * G if n % 36 < 14 else 0.0) for n in range(600)]
    found = contacts(run(info(), samples))
    assert all(c.quality <= 0.5 for c in found[:2])
