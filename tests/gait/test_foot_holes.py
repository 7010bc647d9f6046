"""A foot sensor that sends too little: slow, or in packets of which some are lost."""

import math
import statistics
from collections.abc import Sequence
from pathlib import Path

import pytest

from livecoach.gait.filters import bell_s
from livecoach.gait.foot_params import FootParams
from livecoach.gait.impact import Impact
from livecoach.model import BodySample, ImuSample
from tests.gait.recordings import G, contacts, f1, late_truths, read, recordings, run, true_contacts
from tests.gait.spoilt import resampled

FEET = ("davis/*_foot_left", "davis/*_foot_right", "rbds/*_foot_left", "rbds/*_foot_right")


def packets_lost(samples: Sequence[ImuSample], seed: int) -> list[ImuSample]:
    """Return the samples without a fifth of their packets of eight."""
    state = seed
    kept: list[ImuSample] = []
    for start in range(0, len(samples), 8):
        state = (1103515245 * state + 12345) % 2**31
        if state >= 0.2 * 2**31:
            kept += samples[start : start + 8]
    return kept


def judged(path: Path, samples: Sequence[ImuSample]) -> tuple[float, list[float]]:
    """Return F1 and how late each contact is, from 1.5 s on."""
    sensor, whole = read(path)
    true = true_contacts(path, "left" if "left" in path.name else "right")
    found = [c.t for c in contacts(run(sensor, samples))]
    start, end = max(whole[0].t + 1.5, true[0]), true[-1] - 0.3
    late = [min((c - t for c in found), key=abs) for t in true if start <= t <= end]
    return f1(found, true, start, end), [x for x in late if abs(x) <= 0.12]


def spread_s(late: Sequence[Sequence[float]]) -> float:
    """Return the pooled standard deviation within the recordings."""
    count = sum(map(len, late))
    return math.sqrt(math.fsum(statistics.variance(x) * len(x) for x in late) / count)


def test_at_25_hz_contacts_scatter_at_most_twice_as_much(data_dir: Path) -> None:
    paths = [path for pattern in FEET for path in recordings(data_dir, pattern)]
    fast = [judged(path, read(path)[1]) for path in paths]
    slow = [judged(path, resampled(read(path)[1], 25.0)) for path in paths]
    assert {score for score, _ in slow} == {1.0}
    assert spread_s([x for _, x in slow]) <= 2.0 * spread_s([x for _, x in fast])


@pytest.mark.parametrize("pattern", FEET)
@pytest.mark.parametrize("offset", range(1, 8))
def test_every_phase_of_25_hz_finds_the_footfalls(
    data_dir: Path, pattern: str, offset: int
) -> None:
    (path,) = recordings(data_dir, pattern)
    score, late = judged(path, read(path)[1][offset::8])
    assert score > 0.98
    assert statistics.stdev(late) < 0.0115


@pytest.mark.parametrize("pattern", FEET)
@pytest.mark.parametrize("seed", range(1, 6))
def test_lost_packets_swallow_no_footfall(data_dir: Path, pattern: str, seed: int) -> None:
    (path,) = recordings(data_dir, pattern)
    score, late = judged(path, packets_lost(read(path)[1], seed))
    assert score > 0.97
    assert statistics.median(map(abs, late)) < 0.006


def test_a_real_foot_lands_once_and_is_known_soon(data_dir: Path) -> None:
    known = []
    for path in recordings(data_dir, "pyshoe/*11-27*"):
        sensor, samples = read(path)
        found = contacts(run(sensor, samples))
        late = late_truths(path)
        for t in true_contacts(path):
            if not samples[0].t + 1.5 <= t <= samples[-1].t - 0.5:
                continue
            near = [c for c in found if abs(c.t - t) <= (0.2 if t in late else 0.12)]
            assert len(near) == 1, (path.name, t)
            if t not in late:
                known.append(near[0].t_known - t)
    assert len(known) >= 0.97 * 145
    assert statistics.quantiles(known, n=20, method="inclusive")[-1] <= 0.060


def test_a_bell_s_top_is_found_from_samples_far_apart() -> None:
    for shift in (-0.4, 0.0, 0.3):
        a, b, c = ((x, math.exp(-((x - shift) ** 2))) for x in (-1.0, 0.0, 1.0))
        assert bell_s(a, b, c) == pytest.approx(shift)
    assert -1.0 < bell_s((-1.0, 0.5), (0.0, 1.0), (1.0, -3.0)) < 0.0


def test_a_jolt_across_a_hole_dates_nothing() -> None:
    def onset(hole_s: float) -> float | None:
        impact = Impact(FootParams())
        for n in range(200):
            t = n / 200.0
            if not 0.5 - hole_s < t < 0.5:
                impact.update(BodySample(t, 0.0, 0.0, 6.0 * G if t >= 0.5 else G))
        return impact.onset_s

    assert onset(0.0) == pytest.approx(0.49)
    assert onset(0.06) is None
