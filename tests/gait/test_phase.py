"""The rhythm: how well it foretells, how honest it is about that, how it finds back."""

import math
import statistics
from pathlib import Path

import pytest

from livecoach.gait import GaitEvent
from livecoach.gait.phase import Rhythm
from livecoach.gait.phase_params import PhaseParams
from livecoach.model import Phase
from tests.gait.recordings import (
    contacts,
    read,
    recordings,
    run,
    true_contacts,
)

Ahead = tuple[list[float], list[float], list[float]]


def foretold(path: Path) -> Ahead:
    """Return the errors of the next and the third footfall, and the expected error, in ms."""
    info, samples = read(path)
    true = true_contacts(path)
    start, end = samples[0].t + 1.5, samples[-1].t - 0.5
    found: Ahead = ([], [], [])
    events: list[GaitEvent] = run(info, samples)
    at = {c.t_known: c.t for c in contacts(events)}
    for phase in (e for e in events if isinstance(e, Phase)):
        t = at[phase.t_known]
        now = min(range(len(true)), key=lambda k: abs(true[k] - t))
        if start <= t <= end and now + 3 < len(true):
            found[0].append(1e3 * (phase.predict(1) - true[now + 1]))
            found[1].append(1e3 * (phase.predict(3) - true[now + 3]))
            found[2].append(1e3 * phase.sd_s)
    return found


def pooled(errors: list[list[float]]) -> float:
    """Return the SD within recordings, pooled."""
    squares = math.fsum(statistics.variance(e) * len(e) for e in errors)
    return math.sqrt(squares / sum(map(len, errors)))


@pytest.mark.parametrize(
    ("patterns", "limit_ms"),
    [
        (("alcantara/alcantara_[0-2]*_v*",), 8.4),
        (("davis/*_waist", "rbds/*_waist"), 6.5),
        (("davis/*_chest", "davis/*_back"), 5.5),
        (("davis/*_foot_*", "rbds/*_foot_*"), 10.0),
    ],
)
def test_next_and_third_footfall_and_how_far_off_they_are_expected_to_be(
    data_dir: Path, patterns: tuple[str, ...], limit_ms: float
) -> None:
    rows = [foretold(path) for pattern in patterns for path in recordings(data_dir, pattern)]
    assert pooled([r[0] for r in rows]) <= limit_ms
    assert pooled([r[1] for r in rows]) <= 1.5 * limit_ms
    off: list[float] = []
    for following, _, expected in rows:
        middle, n = statistics.mean(following), len(following)
        off += [
            (a - middle) ** 2 / b**2 * n / (n - 1) for a, b in zip(following, expected, strict=True)
        ]
    assert 0.8 < math.sqrt(statistics.mean(off)) < 1.35


def steady(n: int, start: float = 0.0, period: float = 0.36) -> list[float]:
    """Return ``n`` footfalls with 4 ms of jitter."""
    state, out = 7, []
    for k in range(n):
        state = (1103515245 * state + 12345) % 2**31
        out.append(start + k * period + 0.014 * (state / 2**31 - 0.5))
    return out


def locked(phase: Phase | None, step_s: float) -> bool:
    """Return whether a phase is good enough to land beats on."""
    return phase is not None and abs(phase.period_s - step_s) < 0.03 * step_s


def test_nothing_is_foretold_before_a_period_is_known() -> None:
    rhythm = Rhythm(PhaseParams())
    assert rhythm.update(1.0, 1.0, None) is None
    assert rhythm.update(1.4, 1.4, None) is not None


@pytest.mark.parametrize("period", [0.30, 0.36, 0.42, 0.5])
def test_a_pause_is_not_coasted_over_and_the_rhythm_is_back_within_four_steps(
    period: float,
) -> None:
    rhythm = Rhythm(PhaseParams())
    before = [rhythm.update(t, t, None) for t in steady(30)][-1]
    assert before is not None
    again = [rhythm.update(t, t, None) for t in steady(5, 30 * 0.36 + 3.0, period)]
    first = again[0]
    assert first is not None
    assert first.t_ref >= 30 * 0.36 + 2.9
    assert first.sd_s > 0.06 * first.period_s
    assert locked(again[4], period)


@pytest.mark.parametrize("off", [-0.12, 0.12, 0.15])
def test_a_contact_not_believed_is_survived_and_doubted(off: float) -> None:
    rhythm = Rhythm(PhaseParams())
    times = steady(40)
    for t in times[:30]:
        rhythm.update(t, t, None)
    stray = rhythm.update(times[30] + off, times[30] + off, None)
    calm = rhythm.steadiness
    assert stray is not None
    assert rhythm.trust < 0.5
    after = [rhythm.update(t, t, None) for t in times[31:35]]
    assert locked(after[-1], 0.36)
    assert rhythm.steadiness >= calm * 0.9
    assert after[-1] is not None
    assert after[-1].predict(1) == pytest.approx(times[35], abs=0.02)


def test_a_new_tempo_is_held_within_eight_steps() -> None:
    rhythm = Rhythm(PhaseParams())
    times = steady(40)
    for t in times:
        rhythm.update(t, t, None)
    faster = [rhythm.update(t, t, None) for t in steady(12, times[-1] + 0.342, 0.342)]
    assert locked(faster[7], 0.342)


def test_a_clock_that_jumps_back_begins_anew() -> None:
    rhythm = Rhythm(PhaseParams())
    for t in steady(10, 50.0):
        rhythm.update(t, t, None)
    phases = [rhythm.update(t, t, None) for t in steady(6)]
    assert all(p is not None and p.predict(1) < 3.0 for p in phases)


def test_perfect_steps_for_a_long_time_leave_a_sound_expectation() -> None:
    rhythm = Rhythm(PhaseParams())
    phase = [rhythm.update(0.36 * n, 0.36 * n, None) for n in range(5000)][-1]
    assert phase is not None
    assert 0.0005 < phase.sd_s < 0.01
    assert rhythm.steadiness == 1.0
