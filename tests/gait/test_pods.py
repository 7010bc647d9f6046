"""Pods of a run: what is remembered, configured, felt by other sensors and told by the belt."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecoach.gait.pods import Pods
from livecoach.model import Device, FootPodReading, Notice, PodReport, Step, Tick
from livecoach.wire import rsc


def listen(
    pods: Pods,
    readings: Iterable[FootPodReading],
    until: float,
    *,
    steps: Iterable[Step] = (),
    belt_mps: dict[int, float] | None = None,
) -> tuple[dict[float, PodReport], list[Notice]]:
    """Feed everything in order of time; return the reports by second, and the notices."""
    heard, felt = list(readings), list(steps)
    reports, notices = {}, []
    for k in range(int(until * 10) + 1):
        t = k / 10
        if belt_mps and k % 10 == 0 and k // 10 in belt_mps:
            pods.belt(t, belt_mps[k // 10])
        while felt and felt[0].t_known <= t:
            pods.step(felt.pop(0))
        while heard and heard[0].t <= t:
            pods.hear("pod", "Pod", heard.pop(0))
        for event in pods.tick(Tick(0, t)):
            if isinstance(event, PodReport):
                reports[event.t] = event
            elif isinstance(event, Notice):
                notices.append(event)
    return reports, notices


def steady(cadence: int, speed: float, seconds: int, **more: float) -> list[FootPodReading]:
    """One reading a second, the speed wavering a little as real ones do."""
    return [
        FootPodReading(k + 0.05, speed + 0.01 * (k % 3) if speed else 0.0, cadence, True, **more)
        for k in range(seconds)
    ]


def felt(spm: float, a: float, b: float, quality: float = 0.9) -> list[Step]:
    """Return steps as an inertial sensor sees them."""
    n = int((b - a) * spm / 60.0)
    return [
        Step(
            t=a + (k - 1) * 60.0 / spm,
            t_known=a + k * 60.0 / spm,
            step_time_s=60.0 / spm,
            activity="run",
            quality=quality,
        )
        for k in range(n)
    ]


def test_what_was_remembered_answers_at_once_and_confirms() -> None:
    pods = Pods((Device("pod", "per_leg"),))
    reports, _ = listen(pods, steady(85, 3.0, 70), 70)
    assert reports[1.0].step_rate_spm == 170.0
    assert pods.confirmed == (Device("Pod", "per_leg"),)


def test_a_wrong_memory_is_never_coached_and_is_overturned() -> None:
    pods = Pods((Device("Pod", "steps"),))
    reports, _ = listen(pods, steady(85, 3.0, 90), 90)
    assert {r.step_rate_spm for r in reports.values()} == {None, 170.0}
    assert reports[15.0].step_rate_spm == 170.0
    assert pods.confirmed == (Device("Pod", "per_leg"),)


def test_a_contradiction_that_arrives_twice_does_not_confirm_itself() -> None:
    odd = [FootPodReading(20.4 + d, 3.0, 130, running=True) for d in (0.0, 0.005)]
    readings = sorted([*steady(170, 3.0, 40), *odd], key=lambda x: x.t)
    reports, _ = listen(Pods(), readings, 40)
    assert {r.step_rate_spm for t, r in reports.items() if t > 5} == {170.0}


def test_what_the_runner_configured_stands() -> None:
    reports, _ = listen(Pods(configured={"POD": "per_leg"}), steady(50, 2.2, 30), 30)
    assert reports[2.0].step_rate_spm == 100.0
    pods = Pods((Device("pod", "per_leg"),), {"pod": "steps"})
    reports, _ = listen(pods, steady(85, 3.0, 90), 90)
    assert {r.state for r in reports.values()} == {"unknown"}
    assert pods.confirmed == ()


def test_a_minute_without_contradiction_confirms() -> None:
    pods = Pods()
    listen(pods, steady(170, 3.0, 55), 55)
    assert pods.confirmed == ()
    pods = Pods()
    odd = steady(170, 3.0, 70)
    odd[40] = FootPodReading(40.05, 3.0, 85, running=True)
    listen(pods, odd, 70)
    assert pods.confirmed == ()


def test_stride_length_as_second_witness_decides_sooner() -> None:
    plain, _ = listen(Pods(), steady(85, 3.0, 5), 5)
    sure, _ = listen(Pods(), steady(85, 3.0, 5, stride_length_raw_m=1.06), 5)
    assert [plain[2.0].state, plain[3.0].state] == ["unknown", "fresh"]
    assert [sure[1.0].state, sure[2.0].state] == ["unknown", "fresh"]


@pytest.mark.parametrize(("cadence", "spm"), [(85, 170.0), (100, 100.0), (50, 100.0)])
def test_an_inertial_sensor_tells_where_speed_cannot(cadence: int, spm: float) -> None:
    alone, _ = listen(Pods(), steady(cadence, 0.3, 20), 20)
    assert {r.state for r in alone.values()} == {"unknown"}
    reports, _ = listen(Pods(), steady(cadence, 0.3, 20), 20, steps=felt(spm, 0.0, 20.0))
    assert reports[10.0].step_rate_spm == spm


def test_steps_of_low_quality_tell_nothing() -> None:
    reports, _ = listen(Pods(), steady(85, 0.3, 20), 20, steps=felt(170.0, 0.0, 20.0, 0.3))
    assert {r.state for r in reports.values()} == {"unknown"}


def test_repeats_and_zeros_are_judged_by_the_sensor_that_feels_steps() -> None:
    same = [FootPodReading(k + 0.05, 3.0, 170, running=True) for k in range(40)]
    reports, _ = listen(Pods(), same, 40, steps=felt(170.0, 0.0, 25.0))
    assert reports[24.0].state == "fresh"
    assert reports[31.0].state == "stale"
    zeros = [FootPodReading(k + 0.05, 0.0, 0, running=False) for k in range(20, 40)]
    run = steady(170, 3.0, 20)
    reports, _ = listen(Pods(), run + zeros, 40, steps=felt(170.0, 0.0, 30.0))
    assert {reports[float(k)].state for k in range(23, 31)} == {"unknown"}
    assert reports[35.0].state == "stopped"


def test_a_tail_is_never_reported_more_than_8_s_after_the_stop() -> None:
    for stop in range(20, 40):
        tail = [FootPodReading(k + 0.08, 3.0, 171, running=True) for k in range(stop, stop + 20)]
        reports, _ = listen(Pods(), steady(170, 3.0, stop) + tail, stop + 20)
        assert all(r.state != "fresh" for t, r in reports.items() if t > stop + 8)
        assert reports[stop + 7.0].state == "fresh"


def test_the_belt_wins_and_it_is_said_once() -> None:
    belt = dict.fromkeys(range(10, 60), 3.0) | dict.fromkeys(range(65, 100), 3.0)
    reports, notices = listen(Pods(), steady(170, 2.4, 120), 120, belt_mps=belt)
    assert reports[9.0].speed_mps == pytest.approx(2.41, abs=0.02)
    assert reports[30.0].speed_mps == 3.0
    assert reports[30.0].step_length_m == pytest.approx(3.0 * 60 / 170)
    assert reports[110.0].speed_mps == pytest.approx(2.41, abs=0.02)
    assert len(notices) == 1
    assert "Pod: says 8.7 km/h, the belt 10.8 km/h" in notices[0].text
    assert 14.0 <= notices[0].t_known <= 17.0


def test_agreement_re_arms_and_a_wobble_about_8_percent_does_not() -> None:
    belt = dict.fromkeys(range(120), 3.0)
    near = steady(170, 3.0 * 1.07, 20) + steady(170, 3.0 * 1.09, 40)[20:]
    _, notices = listen(Pods(), near + steady(170, 3.0 * 1.07, 60)[40:], 60, belt_mps=belt)
    assert len(notices) == 1
    speeds = (3.5, 3.0, 3.5, 3.2)
    again = [x for k, v in enumerate(speeds) for x in steady(170, v, 120)[30 * k : 30 * k + 30]]
    _, notices = listen(Pods(), again, 120, belt_mps=belt)
    assert len(notices) == 2


def test_a_belt_tells_a_pod_without_speed_apart() -> None:
    belt = dict.fromkeys(range(30), 3.0)
    silent = [FootPodReading(k + 0.05, 0.0, 85 + k % 2, running=False) for k in range(30)]
    reports, _ = listen(Pods(), silent, 30, belt_mps=belt)
    assert reports[20.0].step_rate_spm in {170.0, 172.0}
    assert reports[20.0].speed_mps == 3.0


def test_power_from_a_pod_without_speed_is_no_step_rate() -> None:
    power = [FootPodReading(k + 0.05, 0.0, 21, running=True) for k in range(20)]
    reports, _ = listen(Pods((Device("pod", "steps"),)), power, 20)
    assert {r.state for r in reports.values()} == {"unknown"}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.binary(min_size=10, max_size=10)), max_size=60))
def test_any_bytes_give_human_rates_or_none(packets: list[tuple[int, bytes]]) -> None:
    t, readings = 0.0, []
    for gap, data in packets:
        t += gap / 10
        readings.append(rsc.parse(data, t))
    reports, _ = listen(Pods(), readings, t + 12)
    for report in reports.values():
        assert (report.step_rate_spm is None) == (report.state != "fresh")
        assert report.step_rate_spm is None or 48 <= report.step_rate_spm <= 250
    assert not reports or reports[max(reports)].state in {"unknown", "lost"}
