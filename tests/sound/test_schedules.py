"""Beats from the plan to the file: none doubled, none dropped, each on its sample.

A schedule is what can happen to the beats in a run: the tempo steps or ramps, a burst ends and the
next begins in another phase, the way to the ear gets longer or shorter.
"""

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from livecoach.coach.beats import BeatPlan
from livecoach.model import Phase
from livecoach.sinks.audio.wav import WavBackend
from livecoach.sinks.speaker import Speaker
from livecoach.sound.beats import BEATS, SOUNDS, BeatSound
from tests.sound.cues import cue

_TICK_S = 0.1
_SHORTEST_S, _LONGEST_S = 60 / 220, 60 / 120
_SILENCE_S = 0.05


class Stretch(NamedTuple):
    """One part of a schedule: a burst that begins anew, or goes on in another way."""

    ticks: int
    period_s: float
    ramp_ratio: float
    """By how much the period changes with every tick."""
    horizon_s: float
    rest_ticks: int
    """Silence before it; 0: the beats play on."""
    phase_s: float | None
    """Where the footfalls lie when it begins in phase with them."""


class Committed(NamedTuple):
    """A beat, and what was in force when it was committed."""

    due: float
    t: float
    period_s: float
    burst: int


_periods = st.floats(_SHORTEST_S, _LONGEST_S)
_stretches = st.builds(
    Stretch,
    ticks=st.integers(1, 60),
    period_s=_periods,
    ramp_ratio=st.one_of(st.just(0.0), st.floats(-0.01, 0.01)),
    horizon_s=st.floats(0.25, 0.7),
    rest_ticks=st.one_of(st.just(0), st.integers(1, 10)),
    phase_s=st.one_of(st.none(), st.floats(0.0, 0.4)),
)


def play(schedule: list[Stretch]) -> tuple[list[Committed], list[tuple[float, float]]]:
    """Return every beat and, for each burst, when it began and by when beats were wanted."""
    plan = BeatPlan(0.25)
    beats: list[Committed] = []
    bursts: list[tuple[float, float]] = []
    tick = 0
    for n, part in enumerate(schedule):
        plan.horizon_s = part.horizon_s
        period_s = part.period_s
        if n == 0 or part.rest_ticks:
            plan.stop()
            for _ in range(part.rest_ticks):
                assert plan.update(tick * _TICK_S, period_s) == []
                tick += 1
            t = tick * _TICK_S
            known = part.phase_s is not None
            phase = Phase(t - (part.phase_s or 0.0), period_s, 0.0, 0.004, t) if known else None
            assert plan.start(t, period_s, phase) == known
            bursts.append((t, t))
        for _ in range(part.ticks):
            t = tick * _TICK_S
            beats += [Committed(due, t, period_s, len(bursts)) for due in plan.update(t, period_s)]
            bursts[-1] = (bursts[-1][0], max(bursts[-1][1], t + part.horizon_s))
            period_s = min(max(period_s * (1.0 + part.ramp_ratio), _SHORTEST_S), _LONGEST_S)
            tick += 1
    return beats, bursts


@settings(max_examples=150, deadline=None)
@given(st.lists(_stretches, min_size=1, max_size=12))
def test_no_beat_is_doubled_and_none_dropped_whatever_changes(schedule: list[Stretch]) -> None:
    beats, bursts = play(schedule)
    for a, b in pairwise(beats):
        if a.burst == b.burst:
            # Exactly the period that was in force when the later beat was committed.
            assert b.due - a.due == pytest.approx(b.period_s, abs=1e-9)
        else:
            # A new burst waits for its own first interval, whatever is still under way.
            assert b.due - a.due >= _SHORTEST_S - 1e-9
    for number, (begun, wanted) in enumerate(bursts, 1):
        due = [beat.due for beat in beats if beat.burst == number]
        before = [beat.due for beat in beats if beat.burst < number]
        ready = max([begun, *before])
        # In phase, the first beat may wait for one footfall more; nothing lacks at the end.
        assert (due[0] if due else wanted) - ready <= 0.7 + 2 * _LONGEST_S + 1e-9
        assert not due or due[-1] > wanted - _LONGEST_S - 1e-9
    assert all(beat.due > beat.t for beat in beats)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(_stretches, min_size=1, max_size=4),
    st.sampled_from(SOUNDS),
    st.floats(-0.05, 0.25),
)
def test_the_samples_are_the_schedule(
    tmp_path_factory: pytest.TempPathFactory,
    schedule: list[Stretch],
    sound: BeatSound,
    offset_s: float,
) -> None:
    """Through speaker, desk, mixer and file; a file plays on time, so the offset moves it early."""
    beats, _ = play(schedule)
    path = tmp_path_factory.mktemp("schedule") / "out.wav"
    beats = [beat for beat in beats if beat.due - max(offset_s, 0.0) > beat.t]
    sent = record(path, beats, 48_000, sound, offset_s)
    assert onsets(path, 48_000) == sent


def test_every_beat_of_an_hour_is_on_its_sample(tmp_path: Path) -> None:
    """At 8 kHz, to keep the file small: the way is the same, the samples are fewer.

    160 to 190 steps a minute and back, a little every tenth of a second, then a step of 5 %.
    """
    plan = BeatPlan(0.35)
    plan.start(0.0, 60 / 160, None)
    beats = []
    for tick in range(36_000):
        t = tick * _TICK_S
        rate_spm = 175.0 - 15.0 * np.cos(2 * np.pi * t / 1200.0)
        period_s = 60.0 / (rate_spm * (1.05 if t > 3000.0 else 1.0))
        beats += [Committed(due, t, period_s, 1) for due in plan.update(t, period_s)]
    sent = record(tmp_path / "hour.wav", beats, 8_000, "woodblock", 0.0)
    assert len(sent) == len(beats) > 10_500
    assert onsets(tmp_path / "hour.wav", 8_000) == sent


def record(
    path: Path, beats: list[Committed], rate_hz: int, sound: BeatSound, offset_s: float
) -> list[int]:
    """Play beats into a file as they are committed; return the frames they belong to."""
    speaker = Speaker(WavBackend(path, rate_hz), None, 1.0, lambda _: offset_s, sound)
    end_s = max((beat.due for beat in beats), default=0.0) + 1.0
    heard: list[tuple[int, float, float]] = []
    now_s = 0.0
    for number, beat in enumerate(beats):
        while now_s < beat.t:
            heard += speaker.poll(now_s)
            now_s += _TICK_S
        name = BEATS[number % len(BEATS)]
        phrase = "" if name == "neutral" else name
        speaker.update(cue("beat", phrase, number=number, due=beat.due), beat.t)
    heard += speaker.poll(end_s)
    speaker.close()
    assert [number for number, _, _ in heard] == list(range(len(beats)))
    assert speaker.dropped_total == 0
    return [round((beat.due - offset_s) * rate_hz) for beat in beats]


def onsets(path: Path, rate_hz: int) -> list[int]:
    """Return each first sounding frame after silence."""
    pcm: NDArray[np.int16] = np.memmap(path, "<i2", "r", offset=44).reshape(-1, 2)
    sounding = np.flatnonzero(pcm[:, 0])
    gap = round(_SILENCE_S * rate_hz)
    return [int(frame) for frame in sounding[np.diff(sounding, prepend=-gap - 1) > gap]]
