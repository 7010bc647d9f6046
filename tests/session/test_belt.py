"""A treadmill and a foot pod over the radio, bytes to events."""

import pytest

from livecoach.coach import CoachParams
from livecoach.model import (
    Device,
    Event,
    Link,
    Notice,
    Payload,
    PodReport,
    Profile,
    SensorInfo,
    SensorState,
    Tick,
)
from livecoach.session import Pipeline


def test_the_belt_s_speed_makes_the_pod_s_step_length_and_the_console_says_so_once() -> None:
    pipeline, out = Pipeline(CoachParams(beats="off"), Profile()), list[Event]()
    pod, belt = SensorInfo(name="Pod", kind="pod"), SensorInfo(name="Belt", kind="treadmill")
    out += pipeline.update(Link(0, 0.0, "Pod", "found", pod))
    out += pipeline.update(Link(0, 0.0, "Belt", "found", belt))
    for k in range(800):
        if k % 10 == 3:
            speed = (600 + k // 10 % 3).to_bytes(2, "little")
            out += pipeline.update(Payload(0, k / 10, "Pod", "2a53", k, b"\4" + speed + b"\x55"))
        if k % 10 == 5:
            out += pipeline.update(Payload(0, k / 10, "Belt", "2acd", k, b"\0\0\x38\4"))
        out += pipeline.update(Tick(0, k / 10))
    report = [e for e in out if isinstance(e, PodReport)][-1]
    assert report.step_rate_spm == 170.0
    assert report.speed_mps == pytest.approx(3.0)
    assert report.step_length_m == pytest.approx(3.0 * 60 / 170)
    assert [e.text for e in out if isinstance(e, Notice) and "the belt's speed is used" in e.text]
    assert sum(isinstance(e, Notice) for e in out) == 1
    assert pipeline.pods.confirmed == (Device("Pod", "per_leg"),)


@pytest.mark.parametrize("silent_s", [1, 5, 20])
def test_a_pod_whose_link_is_lost_is_lost_until_it_is_heard_again(silent_s: int) -> None:
    pipeline = Pipeline(CoachParams(beats="off"), Profile(), cadences={"Pod": "steps"})
    out: list[Event] = []
    pod = SensorInfo(name="Pod", kind="pod")
    back = 10 + silent_s
    for second in range(back + 5):
        if second in {0, back}:
            out += pipeline.update(Link(0, float(second), "Pod", "found", pod))
        if second == 10:
            out += pipeline.update(Link(0, 10.0, "Pod", "lost"))
        if second < 10 or second >= back:
            speed = (768 + second).to_bytes(2, "little")
            data = b"\4" + speed + b"\xaa"
            out += pipeline.update(Payload(0, second + 0.5, "Pod", "2a53", second, data))
        out += pipeline.update(Tick(0, second + 0.9))
    states = [(e.state, e.t_known) for e in out if isinstance(e, SensorState)]
    assert [state for state, _ in states] == ["fresh", "lost", "fresh"]
    assert states[1][1] == 10.0
    assert back < states[2][1] < back + 3.0
