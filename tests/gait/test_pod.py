"""Foot pods: whose steps the cadence counts, and when it may not be believed."""

import csv
from pathlib import Path

import pytest

from livecoach.gait.pod import PodTracker
from livecoach.model import FootPodReading, PodReport, Tick
from livecoach.wire import recording, rsc


def listen(readings: list[FootPodReading], until: float) -> list[PodReport]:
    """Feed readings and ticks in order of time; return the reports."""
    pod, out, waiting = PodTracker("pod"), [], list(readings)
    for k in range(int(until * 10) + 1):
        while waiting and waiting[0].t <= k / 10:
            pod.update(waiting.pop(0))
        out += [e for e in pod.update(Tick(0, k / 10)) if isinstance(e, PodReport)]
    return out


def steady(cadence: int, speed: float, seconds: int) -> list[FootPodReading]:
    """One reading a second, the speed wavering a little as real ones do."""
    return [FootPodReading(k + 0.05, speed + 0.01 * (k % 3), cadence, True) for k in range(seconds)]


@pytest.mark.parametrize(
    ("cadence", "speed", "rate"),
    [
        (170, 3.0, 170),
        (85, 3.0, 170),
        (75, 2.0, 150),
        (112, 1.3, 112),
        (56, 1.3, 112),
        (97, 5.0, 194),
    ],
)
def test_one_leg_or_both_is_decided_by_speed(cadence: int, speed: float, rate: float) -> None:
    reports = listen(steady(cadence, speed, 30), 30)
    assert {r.step_rate_spm for r in reports[5:]} == {float(rate)}
    assert reports[-1].step_length_m == pytest.approx(speed * 60 / rate, rel=0.02)


def test_what_fits_neither_stays_unknown() -> None:
    assert {r.state for r in listen(steady(21, 3.0, 30), 29)} == {"unknown"}


def test_one_reading_a_second_one_report_a_second() -> None:
    assert [r.t for r in listen(steady(170, 3.0, 10), 10)] == [float(k) for k in range(1, 11)]


def test_silence_is_stale_then_lost_and_never_zero() -> None:
    reports = {r.t: r for r in listen(steady(170, 3.0, 10), 30)}
    assert reports[11.0].state == "fresh"
    assert reports[13.0].state == "stale"
    assert reports[25.0].state == "lost"
    assert reports[25.0].step_rate_spm is None


def test_a_repeated_last_value_goes_stale() -> None:
    tail = [FootPodReading(10 + k, 3.0, 171, True) for k in range(20)]
    reports = {r.t: r for r in listen([*steady(170, 3.0, 10), *tail], 29)}
    assert reports[15.0].state == "fresh"
    assert reports[19.0].state == "stale"


def test_zero_is_stopped_and_a_contradiction_is_ignored() -> None:
    odd = [FootPodReading(10.0, 3.0, 0, True), FootPodReading(10.5, 400.0, 255, True)]
    stop = [FootPodReading(12.0 + k, 0.0, 0, False) for k in range(5)]
    reports = {r.t: r for r in listen([*steady(170, 3.0, 10), *odd, *stop], 17)}
    assert reports[11.0].step_rate_spm == 170.0
    assert reports[14.0].state == "unknown"  # nobody stands still between two packets
    assert reports[16.0].state == "stopped"
    assert reports[16.0].step_rate_spm is None


def test_no_second_of_any_capture_is_doubled_or_halved(data_dir: Path) -> None:
    """Against the values behind the bytes, within 30 % wherever the pod is fresh."""
    fresh = 0
    for capture in sorted((data_dir / "ble").glob("*.ble.csv")):
        truth_file = capture.with_name(capture.name.replace(".ble.", ".rsc_truth."))
        with truth_file.open() as f:
            truth = [(float(r["t_sent_s"]), float(r["step_rate_spm"])) for r in csv.DictReader(f)]
        rows = [recording.capture_row(x) for x in capture.read_bytes().splitlines()[1:]]
        readings = [rsc.parse(r.data, r.t) for r in rows]
        for report in listen(readings, readings[-1].t):
            near = [rate for t, rate in truth if report.t - 8 <= t <= report.t and rate > 0]
            if report.state == "fresh" and report.step_rate_spm is not None and near:
                fresh += 1
                assert min(abs(report.step_rate_spm / rate - 1) for rate in near) < 0.3
    assert fresh > 7000
