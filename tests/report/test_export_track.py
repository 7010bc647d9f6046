"""From events to seconds: pauses, distance, laps, balance, cues, each where it belongs."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.model import Belt, Cue, CuePlayed, Event, HeartRate, PodReport, Step, Target
from livecoach.report.export_build import TrackBuilder
from livecoach.report.export_track import PAUSE_S, Track, spans_of
from tests.report.sessions import cue, generated, step, steps


def track(events: list[Event]) -> Track:
    builder = TrackBuilder()
    for event in events:
        builder.update(event)
    found = builder.finish()
    assert found is not None
    return found


def test_a_second_has_the_means_of_the_steps_that_began_in_it() -> None:
    one = track([step(10.1, contact_time_s=0.2), step(10.5, contact_time_s=0.3), step(11.0)])
    assert [s.t_s for s in one.seconds] == [11, 12]
    assert one.seconds[0].contact_time_s == pytest.approx(0.25)
    assert one.seconds[0].duty_factor == pytest.approx(0.25 / (2 / 3))
    assert one.seconds[0].step_rate_spm == pytest.approx(180)
    assert one.seconds[1].contact_time_s is None


def test_means_agree_with_an_account_kept_otherwise() -> None:
    events = generated(3)
    every = [e for e in events if isinstance(e, Step)]
    for second in track(events).seconds:
        mine = [e for e in every if second.t_s - 1 <= e.t < second.t_s]
        assert second.steps == len(mine)
        for name in ("contact_time_s", "vertical_oscillation_m", "trunk_lean_deg", "quality"):
            values = [v for e in mine if (v := getattr(e, name)) is not None]
            expected = np.mean(values) if values else None
            assert getattr(second, name) == (expected and pytest.approx(expected))


def test_standing_and_holes_of_five_seconds_are_pauses_and_shorter_ones_are_not() -> None:
    events = [*steps(3, 20), *steps(24, 40), *steps(45, 60)]
    events += [step(t, activity="stand") for t in range(100, 120)]
    one = track(events)
    assert one.spans == ((3, 40), (45, 60))
    assert len(one.seconds) == 37 + 15
    assert [s.t_s for s in one.seconds[16:22]] == [20, 21, 22, 23, 24, 25]


@given(st.lists(st.integers(0, 200), min_size=1))
def test_every_moving_second_is_in_one_span_and_spans_are_apart(seconds: list[int]) -> None:
    active = sorted(set(seconds))
    spans = spans_of(active)
    assert all(any(a <= k < b for a, b in spans) for k in active)
    assert all(after[0] - before[1] >= PAUSE_S for before, after in pairwise(spans))
    assert (spans[0][0], spans[-1][1]) == (active[0], active[-1] + 1)


def test_a_kilometre_is_a_lap_and_distance_stands_still_in_a_pause() -> None:
    events = [*steps(0, 300, speed_mps=4.0), *steps(400, 700, speed_mps=4.0)]
    one = track(events)
    assert one.seconds[-1].distance_m == pytest.approx(2400)
    assert [lap.trigger for lap in one.laps] == ["distance", "distance", "session_end"]
    assert [lap.distance_m for lap in one.laps] == pytest.approx([1000, 1000, 400])
    assert [(lap.start_s, lap.end_s) for lap in one.laps] == [(0, 250), (250, 600), (600, 700)]
    assert [len(lap.seconds) for lap in one.laps] == [250, 250, 100]


def test_a_last_lap_that_ends_with_the_run_is_not_followed_by_an_empty_one() -> None:
    (lap,) = track(steps(0, 250, speed_mps=4.0)).laps
    assert lap.trigger == "distance"
    assert lap.distance_m == pytest.approx(1000)


def test_without_a_speed_there_is_no_distance_and_one_lap() -> None:
    one = track(steps(0, 600))
    assert {s.distance_m for s in one.seconds} == {None}
    assert [lap.distance_m for lap in one.laps] == [None]


def test_a_speed_counts_for_five_seconds_and_no_longer() -> None:
    one = track([*steps(0, 10, speed_mps=3.0), *steps(10, 30)])
    assert one.seconds[9].distance_m == pytest.approx(30)
    assert one.seconds[-1].distance_m == pytest.approx(42)
    assert one.seconds[12].speed_mps is None


def test_a_pods_report_is_of_the_second_before_it() -> None:
    one = track([PodReport(7.0, 7.05, "pod", "fresh", 171.0, 3.1, 1.09)])
    (second,) = one.seconds
    assert (second.t_s, second.step_rate_spm, second.speed_mps) == (7, 171.0, 3.1)
    assert second.steps == pytest.approx(171 / 60)


def test_a_stale_or_standing_pod_is_a_pause() -> None:
    events: list[Event] = [PodReport(float(k), k, "pod", "fresh", 171.0, 3.0) for k in (1, 2, 12)]
    events += [PodReport(float(k), k, "pod", "stale") for k in range(3, 8)]
    events += [PodReport(float(k), k, "pod", "stopped", speed_mps=0.0) for k in range(8, 12)]
    assert track(events).spans == ((0, 2), (11, 12))


def test_steps_come_before_a_pod_and_a_pods_speed_before_the_belts() -> None:
    pods: list[Event] = [PodReport(k + 1.0, k + 1, "pod", "fresh", 150.0, 2.9) for k in range(9)]
    belts: list[Event] = [Belt(k + 0.5, "belt", 2.5) for k in range(20)]
    one = track([*steps(0, 20), *pods, *belts])
    assert one.seconds[3].step_rate_spm == pytest.approx(180)
    assert (one.seconds[3].speed_mps, one.seconds[12].speed_mps) == (2.9, 2.5)
    assert one.belt


def test_a_belt_that_runs_without_a_runner_is_no_activity() -> None:
    belts: list[Event] = [Belt(k + 0.5, "belt", 2.5) for k in range(60)]
    assert track([*steps(10, 20), *belts]).spans == ((10, 20),)
    assert track(belts).spans == ((0, 60),)


def test_a_heart_alone_is_an_activity_and_nothing_is_none() -> None:
    hearts: list[Event] = [HeartRate(k + 0.5, "strap", 120.0) for k in range(60)]
    one = track(hearts)
    assert one.spans == ((0, 60),)
    assert {s.heart_rate_bpm for s in one.seconds} == {120.0}
    assert TrackBuilder().finish() is None


def test_a_heart_rate_is_old_after_five_seconds_and_none_off_the_skin() -> None:
    hearts: list[Event] = [HeartRate(3.5, "strap", 130.0), HeartRate(4.5, "strap", 0.0)]
    found = [s.heart_rate_bpm for s in track([*steps(0, 12), *hearts]).seconds]
    assert found == [None] * 3 + [130.0] * 5 + [None] * 4


def test_balance_is_the_left_foots_share_where_both_are_labelled() -> None:
    feet = [
        step(k / 3, foot="left" if k % 2 else "right", contact_time_s=0.26 if k % 2 else 0.24)
        for k in range(60)
    ]
    balances = [s.contact_left_ratio for s in track(list(feet)).seconds]
    assert balances[2:] == pytest.approx([0.52] * len(balances[2:]))
    unlabelled = track(steps(0, 20, contact_time_s=0.25)).seconds
    one_foot = track(steps(0, 20, contact_time_s=0.25, foot="left")).seconds
    assert {s.contact_left_ratio for s in (*unlabelled, *one_foot)} == {None}


def test_the_target_counts_from_when_it_was_set() -> None:
    targets: list[Event] = [Target(5.2, 176.0, 165.0, "x"), Target(8.0, None, 165.0, "y")]
    found = [s.target_spm for s in track([*steps(0, 10), *targets]).seconds]
    assert found == [None] * 5 + [176.0] * 2 + [None] * 3


def test_marks_are_of_what_was_heard_a_burst_of_beats_is_one() -> None:
    events: list[Event] = steps(0, 60)
    events += [e for k in range(20) for e in cue(k, 10 + k / 3, "beat")]
    events += [e for k in range(20, 40) for e in cue(k, 30 + k / 3, "beat")]
    events += cue(50, 20.5, "speech", "Run tall.")
    unheard = [e for e in cue(51, 22, "speech", "Never said.") if isinstance(e, Cue)]
    one = track([*events, *unheard, CuePlayed(99, 25.0, 0.0, 25.0)])
    told = [(m.t, m.text) for m in one.markers]
    assert told == [(10, "beats"), (20.5, "speech: Run tall."), (30 + 20 / 3, "beats")]


@pytest.mark.parametrize("seed", range(20))
def test_totals_of_generated_runs_add_up(seed: int) -> None:
    one = track(generated(seed))
    assert sum(len(lap.seconds) for lap in one.laps) == len(one.seconds)
    assert sum(b - a for a, b in one.spans) == len(one.seconds)
    assert all(before.end_s == after.start_s for before, after in pairwise(one.laps))
    distances = [s.distance_m for s in one.seconds if s.distance_m is not None]
    assert distances == sorted(distances)
    if one.seconds[-1].distance_m is not None:
        assert sum(lap.distance_m or 0.0 for lap in one.laps) == pytest.approx(distances[-1])
