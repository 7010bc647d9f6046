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
