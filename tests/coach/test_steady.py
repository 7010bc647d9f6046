"""When there is nothing to judge: the start, walks, stops, and while the speed changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.coach import Coach, CoachParams
from livecoach.coach.steady import Steadiness
from livecoach.model import Baseline, Cue, CueEffect, PodReport, Profile, Step, Target, Tick

OWN = Profile("x", (Baseline(160.0, 3.0, 900), Baseline(168.0, 3.6, 900)))


class Runner:
    """Feeds a coach with steps and ticks; remembers what it says."""

    def __init__(self, target: str = "160", profile: Profile = OWN) -> None:
        self.coach = Coach(CoachParams(target=target), profile)
        self.t = 0.0
        self.out: list[Cue | Target | CueEffect] = []
        self._rng = np.random.default_rng(3)
        self._ticks = 0

    def run(self, seconds: float, rate: float, speed: float | None, quality: float = 1.0) -> None:
        """Run so, with a little noise."""
        self._steps(seconds, rate, Step(
            t=0, t_known=0, step_time_s=1, speed_mps=speed, activity="run", quality=quality
        ))  # fmt: skip

    def walk(self, seconds: float) -> None:
        """Walk."""
        self._steps(seconds, 110.0, Step(
            t=0, t_known=0, step_time_s=1, speed_mps=1.4, activity="walk", quality=1.0
        ))  # fmt: skip

    def _steps(self, seconds: float, rate: float, like: Step) -> None:
        end = self.t + seconds
        while self.t < end:
            dt = 60.0 / rate * (1.0 + 0.01 * self._rng.standard_normal())
            self.t += dt
            while self._ticks <= self.t * 10:
                self.out += self.coach.update(Tick(0, self._ticks / 10))
                self._ticks += 1
            step = Step(
                t=self.t - dt,
                t_known=self.t,
                step_time_s=dt,
                speed_mps=like.speed_mps,
                activity=like.activity,
                quality=like.quality,
            )
            self.out += self.coach.update(step)

    def cues(self, since: float) -> list[Cue]:
        """Return what was said or played since then."""
        return [c for c in self.out if isinstance(c, Cue) and c.t_decided >= since]

    @property
    def target(self) -> Target:
        """The newest target."""
        return [x for x in self.out if isinstance(x, Target)][-1]


def test_the_grace_is_of_running_not_of_waiting() -> None:
    r = Runner()
    r.walk(60.0)
    r.run(60.0, 148.0, 3.0)
    first = r.cues(0.0)[0].t_decided
    assert 80.0 < first < 95.0


def test_a_change_of_speed_is_silent_and_judged_at_the_new_speed() -> None:
    r = Runner("+0%")
    r.run(60.0, 160.0, 3.0)
    changed = r.t
    r.run(12.0, 172.0, 3.6)
    r.run(120.0, 168.0, 3.6)
    assert r.cues(0.0) == []
    assert r.target.baseline_spm == 168.0
    slow = r.t
    r.run(30.0, 160.0, 3.6)
    assert slow < r.cues(changed)[0].t_decided < slow + 15.0


def test_a_burst_ends_when_the_speed_changes() -> None:
    r = Runner()
    r.run(40.0, 160.0, 3.0)
    r.run(15.0, 150.0, 3.0)
    assert r.cues(50.0)
    faster = r.t
    r.run(12.0, 150.0, 3.6)
    assert max(c.t_decided for c in r.cues(0.0)) < faster + 5.0


def test_a_slow_drift_of_speed_is_no_excuse() -> None:
    r = Runner()
    r.run(60.0, 160.0, 3.0)
    for k in range(10):
        r.run(3.0, 150.0, 3.0 - 0.02 * k)
    assert r.cues(60.0)


def test_after_a_walk_the_runner_settles_first() -> None:
    r = Runner()
    r.run(60.0, 160.0, 3.0)
    r.walk(20.0)
    running = r.t
    r.run(30.0, 148.0, 3.0)
    assert running + 10.0 < r.cues(running)[0].t_decided < running + 25.0


def test_low_quality_never_counts() -> None:
    r = Runner()
    r.run(60.0, 160.0, 3.0)
    for _ in range(60):
        r.run(0.5, 130.0, 3.0, quality=0.4)
        r.run(1.5, 160.0, 3.0)
    assert r.cues(0.0) == []


def test_a_pod_tells_the_speed_of_a_sensor_that_knows_none() -> None:
    r = Runner("160", Profile("x", (Baseline(160.0, None, 900), Baseline(168.0, 3.6, 900))))
    while r.t < 60.0:
        faster = r.t > 45.0
        r.coach.update(PodReport(r.t, r.t, "pod", "fresh", 160.0, 3.6 if faster else 3.0, 1.1))
        r.run(0.5, 150.0 if faster else 160.0, None)
    assert not [c for c in r.cues(0.0) if c.t_decided < 55.0]


def test_a_stop_of_the_reports_settles_first_too() -> None:
    steady = Steadiness(CoachParams())
    paces = [steady.update(float(t), 3.0) for t in range(25)]
    assert paces[0] == "grace"
    assert paces[-1] == "steady"
    assert steady.update(60.0, 3.0) == "unsteady"


@given(
    st.sampled_from([0.35, 1.0]),
    st.floats(2.0, 5.0),
    st.floats(0.06, 0.4) | st.floats(-0.4, -0.06),
)
def test_any_step_of_the_belt_is_seen_in_time_whatever_the_rate(
    dt: float, speed: float, change: float
) -> None:
    steady = Steadiness(CoachParams(grace_s=0.0))
    unsteady = []
    for k in range(int(60 / dt)):
        t = k * dt
        if steady.update(t, speed * (1.0 + change * (t >= 30.0))) == "unsteady":
            unsteady.append(t - 30.0)
    assert unsteady[0] <= 5.0 + dt
    assert unsteady[-1] < 10.0


@pytest.mark.parametrize("speed", [None, 3.0])
def test_steady_running_is_judged(speed: float | None) -> None:
    steady = Steadiness(CoachParams(grace_s=0.0))
    assert {steady.update(k * 0.35, speed) for k in range(300)} == {"steady"}
