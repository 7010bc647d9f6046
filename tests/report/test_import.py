"""Old runs of watches, made up byte by byte: what is learnt from them, and what is refused."""

import csv
import math
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livecoach.errors import SourceError, SourceNotFoundError
from livecoach.report.old_run import OldRun, Reading, read
from livecoach.report.own_rates import learn
from livecoach.wire.fit import FitWriter, Value
from livecoach.wire.fit_profile import MESSAGES, U16, Field

T0 = 1_000_000_000
RUNNING, CYCLING, WALKING = 1, 2, 11
WATCH = b"a watch of others"[:16]


def watch_file(
    path: Path,
    rows: list[dict[str, Value]],
    sport: int | None = RUNNING,
    *,
    both_legs: bool = False,
) -> Path:
    """Write a run as a watch does: ``spm`` and ``mps`` a second, FIT's fields over these."""
    writer = FitWriter(WATCH, 1, {})
    writer.message("file_id", {"type": 4, "manufacturer": 1, "time_created": T0})
    for k, row in enumerate(rows):
        told = dict(row)
        spm, mps = told.pop("spm", None), told.pop("mps", None)
        values: dict[str, Value] = {"timestamp": T0 + k, "enhanced_speed": mps}
        if isinstance(spm, float):
            rate = spm if both_legs else spm / 2
            values["cadence"] = math.floor(rate)
            values["fractional_cadence"] = None if both_legs else rate - math.floor(rate)
        writer.message("record", values | told)
    if sport is not None:
        writer.message("session", {"timestamp": T0 + len(rows), "sport": sport})
    path.write_bytes(writer.finish())
    return path


def rows(
    seconds: int, spm: float, mps: float, rng: np.random.Generator | None = None
) -> list[dict[str, Value]]:
    """Return steady running, with a watch's noise if told so."""
    noise = rng.normal(0, (1.0, 0.1), (seconds, 2)) if rng else np.zeros((seconds, 2))
    return [{"spm": spm + float(a), "mps": mps + float(b)} for a, b in noise]


def test_two_speeds_of_a_noisy_run_are_learnt_per_leg_with_the_half(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    told = rows(300, 163.5, 2.75, rng) + rows(20, 150, 2.0, rng) + rows(200, 175.0, 3.5, rng)
    slow, quick = learn(read(watch_file(tmp_path / "x.fit", told)))
    assert slow.baseline.step_rate_spm == pytest.approx(163.5, abs=0.3)
    assert slow.baseline.speed_mps == pytest.approx(2.75, abs=0.03)
    assert slow.baseline.steps == pytest.approx(slow.seconds * 163.5 / 60, rel=0.01)
    assert 200 < slow.seconds <= 300
    assert slow.spread_spm == pytest.approx(1.0, abs=0.3)
    assert quick.baseline.step_rate_spm == pytest.approx(175.0, abs=0.3)
    assert quick.baseline.speed_mps == pytest.approx(3.5, abs=0.03)


def test_the_fraction_is_used(tmp_path: Path) -> None:
    (one,) = learn(read(watch_file(tmp_path / "x.fit", rows(120, 167.0, 3.0))))
    assert one.baseline.step_rate_spm == 167.0


def test_a_recorder_that_counts_both_legs_is_found_out(tmp_path: Path) -> None:
    run = read(watch_file(tmp_path / "x.fit", rows(120, 168.0, 3.0), both_legs=True))
    assert run.both_legs
    (one,) = learn(run)
    assert one.baseline.step_rate_spm == 168.0


def test_the_older_speed_field_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MESSAGES["record"].fields, "speed", Field(6, U16, 1e3))
    old: list[dict[str, Value]] = [{"spm": 170.0, "speed": 3.0} for _ in range(120)]
    (one,) = learn(read(watch_file(tmp_path / "x.fit", old)))
    assert one.baseline.speed_mps == pytest.approx(3.0)


RECORDED = (
    "davis_hrm",
    "davis_stryd",
    "fenix_a",
    "fenix_b",
    "fitparse_fenix2",
    "fitparse_stryd",
)


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_runs_teach_what_they_hold(name: str, data_dir: Path, tmp_path: Path) -> None:
    with (data_dir / "ble" / f"{name}_per_leg.rsc_truth.csv").open() as file:
        told = [{k: float(v or 0) for k, v in row.items()} for row in csv.DictReader(file)]
    values: list[dict[str, Value]] = [
        {"spm": x["step_rate_spm"], "mps": x["speed_mps"]} for x in told
    ]
    learnt = learn(read(watch_file(tmp_path / "x.fit", values)))
    assert learnt
    for known in learnt:
        near = [
            x["step_rate_spm"]
            for x in told
            if x["step_rate_spm"] > 140
            and abs(x["speed_mps"] - (known.baseline.speed_mps or 0)) < 0.125
        ]
        assert known.baseline.step_rate_spm == pytest.approx(float(np.median(near)), abs=2.0)
        assert known.spread_spm < 4


@pytest.mark.parametrize(
    "told",
    [
        rows(600, 118.0, 1.5),
        rows(45, 170.0, 3.0) + rows(50, 0.0, 0.0) + rows(45, 170.0, 3.0),
        [r for k in range(300) for r in rows(1, 170.0, 2.0 + k / 100)],
        [r for k in range(600) for r in rows(1, 160.0 + 10 * (k // 8 % 2), 3.0)],
        [r for k in range(600) for r in rows(1, 170.0, 2.6 + 0.8 * (k // 8 % 2))],
    ],
    ids=["walk", "bits", "ramp", "uneven rate", "uneven speed"],
)
def test_what_is_not_steady_teaches_nothing(told: list[dict[str, Value]], tmp_path: Path) -> None:
    assert learn(read(watch_file(tmp_path / "x.fit", told))) == ()


def test_holes_are_not_bridged_and_slow_recorders_will_do() -> None:
    def run(every_s: float, seconds: int) -> OldRun:
        times = np.arange(0, seconds, every_s)
        return OldRun(tuple(Reading(float(t), 170.0, 3.0) for t in times), False, None)

    (one,) = learn(run(4.0, 200))
    assert one.seconds == pytest.approx(177, abs=3)
    assert learn(run(7.0, 2000)) == ()


def test_repeated_and_backward_times_do_no_harm() -> None:
    times = [*range(100), *range(50, 150), *([150] * 10), *range(150, 260)]
    run = OldRun(tuple(Reading(float(t), 170.0, 3.0) for t in times), False, None)
    (one,) = learn(run)
    assert one.baseline.step_rate_spm == 170.0


@given(st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 510), st.floats(0, 60)), max_size=200))
def test_any_readings_give_possible_baselines_or_none(
    told: list[tuple[float, float, float]],
) -> None:
    run = OldRun(tuple(Reading(*x) for x in sorted(told)), False, None)
    for known in learn(run):
        assert 140 <= known.baseline.step_rate_spm <= 260
        assert known.seconds >= 60


@pytest.mark.parametrize(
    ("told", "sport", "words"),
    [
        (rows(100, 170.0, 3.0), CYCLING, "this is cycling, not a run"),
        (rows(100, 170.0, 3.0), 199, "this is an unknown sport"),
        (rows(100, 170.0, 3.0), WALKING, "this is walking, not a run"),
        ([{"mps": 3.0}] * 100, RUNNING, "no cadence"),
        ([{"spm": 170.0}] * 100, RUNNING, "no speed"),
        ([], RUNNING, "no activity"),
    ],
)
def test_what_is_no_run_is_refused_in_one_line(
    told: list[dict[str, Value]], sport: int, words: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        read(watch_file(tmp_path / "x.fit", [*told], sport))
    assert "\n" not in str(caught.value)


def test_a_file_that_names_no_sport_is_judged_by_what_is_in_it(tmp_path: Path) -> None:
    assert learn(read(watch_file(tmp_path / "x.fit", rows(120, 170.0, 3.0), None)))


@pytest.mark.parametrize(
    "data", [b"", b"x", b"t,acc_x\n0,1\n" * 50, b"PK\x03\x04" + bytes(200), bytes(5000)]
)
def test_what_is_not_fit_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.fit"
    path.write_bytes(data)
    with pytest.raises(SourceError, match="not a FIT file"):
        read(path)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = watch_file(tmp_path / "x.fit", rows(60, 170.0, 3.0))
    data = path.read_bytes()
    for size in (*range(14, 100), *range(100, len(data), 37), len(data) - 1):
        path.write_bytes(data[:size])
        with pytest.raises(SourceError, match="FIT file"):
            read(path)


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="no such file"):
        read(tmp_path / "none.fit")
    with pytest.raises(SourceError, match="cannot be read"):
        read(tmp_path)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_bytes_are_never_more_than_one_line(tmp_path: Path, data: st.DataObject) -> None:
    path = watch_file(tmp_path / "x.fit", rows(5, 170.0, 3.0))
    spoilt = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(spoilt)
    with suppress(SourceError):
        read(path)
