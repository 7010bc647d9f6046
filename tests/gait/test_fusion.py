"""Several sensors of one run."""

import statistics
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from livecoach.gait import Gait, GaitEvent
from livecoach.gait.align import Lag, Offset
from livecoach.gait.sides import Sides
from livecoach.model import Foot, ImuSample, Phase
from tests.gait.recordings import (
    bouncing,
    contacts,
    f1,
    info,
    read,
    recordings,
    steps,
    true_contacts,
)

FOOTFALLS: tuple[tuple[float, Foot | None], ...] = (
    (0.0, None),
    (0.72, None),
    (1.08, "left"),
    (1.44, None),
    (4.0, None),
)


def together(
    paths: list[Path], *, silent_after: float | None = None, late_s: float = 0.0, until: float = 1e9
) -> list[GaitEvent]:
    """Return the events of recordings; the last one may fall silent, its clock be behind."""
    gait = Gait()
    rows: list[tuple[float, str, ImuSample]] = []
    for path in paths:
        info, samples = read(path)
        gait.add(path.name, info)
        last = path == paths[-1] and silent_after is not None
        shift_s = late_s if path == paths[-1] else 0.0
        rows += [
            (s.t + shift_s, path.name, replace(s, t=s.t + shift_s))
            for s in samples
            if s.t < until and (not last or s.t < (silent_after or 0.0))
        ]
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


def test_of_five_sensors_the_fastest_does_not_spoil_the_contacts(data_dir: Path) -> None:
    sites = ("waist", "chest", "back", "foot_left", "foot_right")
    paths = [recordings(data_dir, f"davis/*_{site}")[0] for site in sites]
    true = true_contacts(paths[0])
    span = (true[0] + 1.5, true[-1] - 0.5)
    fused = lateness(together(paths), paths[0], *span)
    waist, chest, back = [statistics.stdev(lateness(together([p]), p, *span)) for p in paths[:3]]
    assert len(fused) == sum(span[0] <= t <= span[1] for t in true)
    assert statistics.stdev(fused) < min(0.75 * waist, chest + 0.2, back + 0.5)


def test_two_trunk_sensors_differ_by_leg_and_still_agree(data_dir: Path) -> None:
    paths = [recordings(data_dir, f"davis/*_{site}")[0] for site in ("waist", "chest")]
    true = true_contacts(paths[0])
    span = (true[0] + 1.5, true[-1] - 0.5)
    waist = statistics.stdev(lateness(together(paths[:1]), paths[0], *span))
    fused = statistics.stdev(lateness(together(paths), paths[0], *span))
    assert fused < 0.75 * waist


@pytest.mark.parametrize("apart_s", [-0.14, 0.05, 0.14])
def test_clocks_apart_double_no_footfall(data_dir: Path, apart_s: float) -> None:
    paths = [recordings(data_dir, f"rbds/*_{site}")[0] for site in ("waist", "foot_left")]
    events = together(paths, late_s=apart_s)
    times = [c.t for c in contacts(events)]
    assert min(b - a for a, b in pairwise(times)) > 0.2
    alone = contacts(together(paths[:1]))
    assert abs(len(times) - len(alone)) <= 1
    late = [s for s in steps(events) if s.t > 3.0]
    assert statistics.mean(s.step_time_s for s in late) == pytest.approx(0.398, abs=0.004)


def test_adept_hip_and_shoe_count_each_step_once(data_dir: Path) -> None:
    paths = [recordings(data_dir, f"adept_gpl3/*_{site}")[0] for site in ("waist", "foot_left")]
    rates = [s.step_rate_spm for s in steps(together(paths, until=150.0)) if s.t > 20.0]
    assert len(rates) > 250
    assert statistics.mean(rates) == pytest.approx(157.0, abs=2.5)
    assert sum(not 140 < r < 180 for r in rates) < 0.04 * len(rates)


@given(st.floats(0.3, 0.5), st.floats(-0.3, 0.3), st.floats(0.0, 0.06))
@settings(max_examples=15, deadline=None)
def test_contacts_move_forward_whatever_two_sensors_say(
    step_s: float, apart_s: float, jitter_s: float
) -> None:
    gait = Gait()
    gait.add("belt", info())
    gait.add("strap", info("chest"))
    rows = [(s.t + k % 3 * jitter_s, "belt", s) for k, s in enumerate(bouncing(8.0))]
    rows += [(s.t + apart_s, "strap", s) for s in bouncing(8.0, step_s=step_s)]
    rows = [(t, name, replace(s, t=t)) for t, name, s in rows]
    rows.sort(key=lambda row: row[:2])
    events = [e for _, name, sample in rows for e in gait.update(name, sample)]
    times = [c.t for c in contacts(events)]
    assert len(times) > 8
    assert all(a < b for a, b in pairwise(times))
    assert all(c.t <= c.t_known for c in contacts(events))


def test_sides_are_counted_on_and_named_by_a_foot() -> None:
    sides = Sides(2.0)
    seen = [(sides.update(t, foot, 0.36), sides.at(t, 0.36), sides.named) for t, foot in FOOTFALLS]
    assert seen == [
        (True, "left", False),
        (False, "left", False),
        (True, "left", True),
        (False, "right", True),
        (True, "left", False),
    ]
    assert sides.at(9.0, 0.36) is None


def test_a_lag_is_each_leg_s_own() -> None:
    lag = Lag()
    for _ in range(30):
        lag.learn(0.010, "left")
        lag.learn(0.020, "right")
    assert lag.even_s == pytest.approx(0.015)
    assert lag.of("left") == pytest.approx(0.010, abs=3e-4)
    assert lag.of("right") == pytest.approx(0.020, abs=3e-4)
    lag.forget()
    assert lag.of("left") == pytest.approx(0.015)


def test_an_offset_is_the_mean_of_what_agrees() -> None:
    offset = Offset()
    assert (offset.s, offset.pairs) == (0.0, 0)
    for x in (0.010, 0.012, 0.110, 0.014):
        offset.learn(x)
    assert offset.s == pytest.approx(0.012)
    assert offset.pairs == 4
