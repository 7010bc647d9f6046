"""Foot pods that mislead: captures of our own, each with the right answer beside it."""

import csv
from pathlib import Path

import pytest

from livecoach.gait.pod import PodTracker
from livecoach.model import PodReport, Tick
from livecoach.wire import recording, rsc

FOLDER = Path(__file__).parents[1] / "data"
CAPTURES = sorted(FOLDER.glob("*.ble.csv"))


def reports(path: Path) -> list[PodReport]:
    rows = [recording.capture_row(line) for line in path.read_bytes().splitlines()[1:]]
    readings = [rsc.parse(row.data, row.t) for row in rows]
    pod, out = PodTracker("pod"), []
    for k in range(int(readings[-1].t * 10) + 1):
        while readings and readings[0].t <= k / 10:
            pod.update(readings.pop(0))
        out += [e for e in pod.update(Tick(0, k / 10)) if isinstance(e, PodReport)]
    return out


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name.removesuffix(".ble.csv"))
def test_a_pod_that_misleads_is_understood_or_unknown(path: Path) -> None:
    found = reports(path)
    with path.with_name(path.name.replace(".ble.", ".answer.")).open(newline="") as file:
        answers = list(csv.DictReader(file))
    assert answers
    for answer in answers:
        span = [r for r in found if int(answer["t_from"]) <= r.t <= int(answer["t_to"])]
        assert span
        assert {(r.t, r.state) for r in span} == {(r.t, answer["state"]) for r in span}
        if answer["step_rate_spm"]:
            rate = float(answer["step_rate_spm"])
            assert all(abs((r.step_rate_spm or 0.0) / rate - 1) < 0.02 for r in span)
    rates = [r.step_rate_spm for r in found if r.step_rate_spm is not None]
    assert all(130 < rate < 180 for rate in rates)


def test_there_are_captures() -> None:
    assert len(CAPTURES) >= 19
