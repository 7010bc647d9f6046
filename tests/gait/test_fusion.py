"""Several sensors of one run."""

import statistics
from pathlib import Path

import pytest

from livecoach.gait import Gait, GaitEvent
from livecoach.gait.align import Offset
from livecoach.model import ImuSample, Phase
from tests.gait.recordings import contacts, f1, read, recordings, steps, true_contacts


def together(paths: list[Path], *, silent_after: float | None = None) -> list[GaitEvent]:
    """Return the events of recordings on one clock; the last one may fall silent."""
    gait = Gait()
    rows: list[tuple[float, str, ImuSample]] = []
    for path in paths:
        info, samples = read(path)
        gait.add(path.name, info)
        last = path == paths[-1] and silent_after is not None
        rows += [(s.t, path.name, s) for s in samples if not last or s.t < (silent_after or 0.0)]
    rows.sort(key=lambda row: row[:2])
    return [event for _, name, sample in rows for event in gait.update(name, sample)]


@pytest.mark.parametrize(
    "sites", [("foot_left", "foot_right"), ("chest", "foot_left"), ("waist", "foot_right")]
)
def test_together_they_find_each_footfall_once_with_its_foot(
    data_dir: Path, sites: tuple[str, str]
) -> None:
    paths = [recordings(data_dir, f"davis/*_{site}")[0] for site in sites]
    events = together(paths)
    true = true_contacts(paths[0])
    assert f1([c.t for c in contacts(events)], true, true[0] + 1.5, true[-1] - 0.5) == 1.0
    left = true_contacts(paths[0], "left")
    for contact in contacts(events)[6:]:
        near_left = any(abs(contact.t - t) < 0.12 for t in left)
        assert contact.foot == ("left" if near_left else "right")
    known = [e.t_known for e in events]
    assert known == sorted(known)


def test_trunk_and_foot_complete_each_other(data_dir: Path) -> None:
    paths = [recordings(data_dir, f"davis/*_{site}")[0] for site in ("chest", "foot_left")]
    found = [s for s in steps(together(paths)) if s.t > 2.0 and s.foot == "left"]
    assert len(found) > 8
    both = [s for s in found if s.landing_angle_deg is not None]
    assert len(both) >= len(found) - 2
    assert all(s.vertical_oscillation_m is not None for s in both)
    assert all(0.3 < s.step_time_s < 0.4 for s in found)


def test_a_lost_sensor_leaves_the_other_one_running(data_dir: Path) -> None:
    paths = [recordings(data_dir, f"davis/*_foot_{side}")[0] for side in ("left", "right")]
    events = together(paths, silent_after=5.0)
    late = [c for c in contacts(events) if c.t > 5.5]
    assert {c.foot for c in late} == {"left"}
    true = [t for t in true_contacts(paths[0], "left") if 5.5 < t < 9.0]
    assert sum(c.t < 9.0 for c in late) == pytest.approx(len(true), abs=1)
    assert all(0.3 < s.step_time_s < 0.4 for s in steps(events) if s.t > 6.5)


def lateness(events: list[GaitEvent], path: Path, start: float, end: float) -> list[float]:
    """Return how late each contact is, in ms, against the true contact it belongs to."""
    true = true_contacts(path)
    late = []
    for contact in contacts(events):
        near = min(true, key=lambda t: abs(contact.t - t))
        if start <= near <= end and abs(contact.t - near) <= 0.12:
            late.append(1e3 * (contact.t - near))
    return late


@pytest.mark.parametrize(
    ("trunk", "foot"),
    [
        ("davis/*_chest", "davis/*_foot_left"),
        ("davis/*_back", "davis/*_foot_right"),
        ("davis/*_waist", "davis/*_foot_left"),
        ("rbds/*_waist", "rbds/*_foot_left"),
    ],
)
def test_two_clocks_of_contacts_become_one(data_dir: Path, trunk: str, foot: str) -> None:
    paths = [recordings(data_dir, pattern)[0] for pattern in (trunk, foot)]
    true = true_contacts(paths[0])
    span = (true[0] + 1.5, true[-1] - 0.5)
    side = paths[1].name.partition("foot_")[2].partition(".")[0]
    alone = lateness(together(paths[:1]), paths[0], *span)
    fused = lateness(together(paths), paths[0], *span)
    of_foot = [
        1e3 * (c.t - t)
        for c in contacts(together(paths[1:]))
        for t in true_contacts(paths[1], side)
        if abs(c.t - t) < 0.12 and span[0] <= t <= span[1]
    ]
    assert len(fused) == len(alone)
    assert statistics.mean(fused) == pytest.approx(statistics.mean(of_foot), abs=5.0)
    assert statistics.stdev(fused) < max(statistics.stdev(alone), statistics.stdev(of_foot)) + 0.5


@pytest.mark.parametrize("lost", ["chest", "foot_left"])
def test_whichever_sensor_is_lost_the_other_goes_on_within_two_steps(
    data_dir: Path, lost: str
) -> None:
    kept = "foot_left" if lost == "chest" else "chest"
    paths = [recordings(data_dir, f"davis/*_{site}")[0] for site in (kept, lost)]
    events = together(paths, silent_after=5.0)
    side = "left" if kept == "foot_left" else None
    true = [t for t in true_contacts(paths[0], side) if 5.0 <= t <= 9.0]
    late = [c for c in contacts(events) if 4.9 <= c.t <= 9.1]
    assert f1([c.t for c in late], true, true[0], true[-1]) > 0.99
    after = [s for s in steps(events) if 5.0 + 2 * 0.34 <= s.t <= 8.0]
    assert len(after) >= len([t for t in true if 5.0 + 2 * 0.34 <= t <= 8.0]) - 1
    assert all(0.3 < s.step_time_s < 0.4 for s in after)
    phases = [e for e in events if isinstance(e, Phase) and 5.7 < e.t_known < 8.5]
    every = true_contacts(paths[0])
    for phase in phases:
        assert min(abs(phase.predict(1) - t) for t in every) < 0.06
    assert {c.foot for c in late} == ({"left"} if side else {"left", "right"})


def test_the_order_in_which_sensors_are_named_does_not_matter(data_dir: Path) -> None:
    paths = [recordings(data_dir, f"davis/*_{s}")[0] for s in ("waist", "foot_left", "chest")]
    first = together(paths)
    for order in ((1, 0, 2), (2, 1, 0), (1, 2, 0)):
        assert together([paths[k] for k in order]) == first


def test_a_silent_partner_changes_nothing_of_the_rhythm(data_dir: Path) -> None:
    paths = [recordings(data_dir, f"rbds/*_{site}")[0] for site in ("foot_left", "waist")]
    events = together(paths, silent_after=0.0)
    phases = [e for e in events if isinstance(e, Phase)]
    assert all(0.35 < p.period_s < 0.45 for p in phases[2:])
    assert all(s.foot == "left" for s in steps(events))


def test_contact_time_is_the_better_sensor_s(data_dir: Path) -> None:
    paths = [recordings(data_dir, f"davis/*_{site}")[0] for site in ("chest", "foot_left")]
    chest = {round(s.t_known, 2): s.contact_time_s for s in steps(together(paths[:1]))}
    fused = steps(together(paths))
    same = [s for s in fused if s.contact_time_s in chest.values()]
    assert len(same) > 0.8 * len(fused)
    for step in fused:
        if step.contact_time_s is not None:
            assert step.flight_time_s == step.step_time_s - step.contact_time_s


def test_an_offset_is_the_mean_of_what_agrees() -> None:
    offset = Offset()
    assert (offset.s, offset.pairs) == (0.0, 0)
    for x in (0.010, 0.012, 0.110, 0.014):
        offset.learn(x)
    assert offset.s == pytest.approx(0.012)
    assert offset.pairs == 4
