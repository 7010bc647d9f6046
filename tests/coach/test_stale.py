"""Sensors that fall silent: the coach does too, unless another one tells of steps."""

import pytest

from livecoach.coach import Coach, CoachParams
from livecoach.model import Cue, PodReport, SensorState, State, Tick
from tests.coach.test_coach import FAST, OWN, run


def ticks(coach: Coach, start: float, until: float) -> list[Cue]:
    out = [
        x for k in range(int(start * 10), int(until * 10)) for x in coach.update(Tick(0, k / 10))
    ]
    return [x for x in out if isinstance(x, Cue)]


def running(*names: str) -> Coach:
    """Return a coach amid a burst of beats, with these sensors heard."""
    coach = Coach(FAST, OWN)
    for name in names:
        coach.update(SensorState(0.0, name, "fresh"))
    assert run(coach, 160.0, 15.0)[-1].kind == "beat"
    return coach


@pytest.mark.parametrize(("state", "most_s"), [("stale", 1.0), ("lost", 2.0)])
def test_beats_stop_at_once_when_the_only_sensor_is_not_heard(state: State, most_s: float) -> None:
    coach = running("chest")
    coach.update(SensorState(15.0, "chest", state))
    cues = ticks(coach, 15.0, 60.0)
    assert max(c.t_due for c in cues if c.kind == "beat") <= 15.0 + most_s
    assert [c.phrase for c in cues if c.kind != "beat"] == ["unknown"]


def test_another_sensor_of_steps_goes_on_alone() -> None:
    coach = running("chest", "foot")
    coach.update(SensorState(15.0, "chest", "stale"))
    cues = run(coach, 160.0, 30.0, start=15.0)
    assert not [c for c in cues if c.kind == "tone"]
    assert max(c.t_due for c in cues if c.kind == "beat") > 29.0


def test_a_stream_that_comes_back_at_once_costs_nothing() -> None:
    coach = running("chest")
    coach.update(SensorState(15.0, "chest", "lost"))
    cues = ticks(coach, 15.0, 16.0)
    coach.update(SensorState(16.0, "chest", "fresh"))
    cues += run(coach, 160.0, 25.0, start=16.0)
    assert {c.kind for c in cues} == {"beat"}


def test_a_lost_pod_is_not_believed_for_what_it_said_last() -> None:
    coach = Coach(CoachParams(target="180", grace_s=3.0), OWN)
    coach.update(SensorState(0.0, "pod", "fresh"))
    cues: list[Cue] = []
    for k in range(1, 12):
        coach.update(PodReport(float(k), float(k), "pod", "fresh", 160.0, 3.0, 1.1))
        if k == 9:
            coach.update(SensorState(9.2, "pod", "lost"))
        cues += ticks(coach, float(k), k + 1.0)
    assert [c.kind for c in cues if c.t_decided > 9.2 and c.kind != "beat"] == ["tone"]
    assert not [c for c in cues if c.kind == "beat" and c.t_due > 11.2]
