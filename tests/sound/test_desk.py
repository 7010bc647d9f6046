"""The desk: cue to sound, levels, and one voice at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.model import CueKind
from livecoach.sound.beats import beat, tone
from livecoach.sound.desk import DUCK_RATIO, SPEECH_LEVEL, SPEECH_PEAK, Desk
from livecoach.sound.speech import level
from tests.sound.cues import cue

_RATE_HZ = 48_000
_CLIP = np.random.default_rng(0).uniform(-0.9, 0.9, 2 * _RATE_HZ).astype(np.float32)


@pytest.mark.parametrize(
    ("phrase", "name"),
    [("", "neutral"), ("left", "left"), ("right", "right"), ("accent", "accent")],
)
def test_a_beat_cue_is_the_beat_of_that_foot(phrase: str, name: str) -> None:
    frames = Desk(_RATE_HZ).voice(cue("beat", phrase), None)
    assert np.array_equal(frames, beat(name, _RATE_HZ))


def test_a_tone_cue_is_that_tone() -> None:
    frames = Desk(_RATE_HZ).voice(cue("tone", "unknown"), None)
    assert np.array_equal(frames, tone("unknown", _RATE_HZ))


def test_volume_acts_on_everything() -> None:
    desk = Desk(_RATE_HZ, volume=0.5)
    assert np.array_equal(desk.voice(cue(), None), beat("neutral", _RATE_HZ) * np.float32(0.5))
    full, half = (Desk(_RATE_HZ, v).voice(cue("speech", "hi"), _CLIP) for v in (1.0, 0.5))
    assert np.array_equal(half, full * np.float32(0.5))


def test_speech_is_brought_to_its_level_on_both_sides() -> None:
    for gain in (0.05, 0.2, 1.0):
        frames = Desk(_RATE_HZ).voice(cue("speech", "hi"), _CLIP * np.float32(gain))
        assert frames.shape == (len(_CLIP), 2)
        assert level(frames[:, 0], _RATE_HZ) == pytest.approx(SPEECH_LEVEL, rel=1e-4)
        assert np.array_equal(frames[:, 0], frames[:, 1])


def test_no_peak_of_speech_is_above_its_limit() -> None:
    spiky = _CLIP * np.float32(0.01)
    spiky[::9_999] = 0.9
    frames = Desk(_RATE_HZ).voice(cue("speech", "hi"), spiky)
    assert np.abs(frames).max() == pytest.approx(SPEECH_PEAK, abs=1e-6)


def test_speech_never_begins_under_a_beat_handed_over_before_it() -> None:
    desk = Desk(_RATE_HZ)
    for due in (9.0, 9.4, 9.8, 10.2):
        desk.voice(cue(due=due), None)
    assert desk.start_t(cue("speech", "hi", due=9.5)) == pytest.approx(10.28)
    assert desk.start_t(cue("speech", "hi", due=10.28)) == pytest.approx(10.28)


@given(
    spm=st.floats(150.0, 200.0),
    first=st.floats(0.0, 1.0),
    ahead=st.floats(0.1, 0.6),
    dues=st.lists(st.floats(0.0, 12.0), min_size=1, max_size=5),
)
def test_no_beat_begins_in_the_first_syllable_at_full_level(
    spm: float, first: float, ahead: float, dues: list[float]
) -> None:
    """Phrases of 2 s at any time among beats handed over ``ahead``; the line may be taken."""
    desk = Desk(_RATE_HZ)
    beats = [first + 60.0 / spm * k for k in range(60)]
    starts: list[float] = []
    waited: list[float] = []
    levels: dict[float, float] = {}
    for due in sorted(dues):
        for t in [b for b in beats if b <= due + ahead and b not in levels]:
            levels[t] = float(np.abs(desk.voice(cue(due=t), None)).max())
        starts.append(desk.start_t(cue("speech", "hi", due=due)))
        if due < starts[-1] < due + 2.5 and len(levels) > 1:
            waited.append(starts[-1])
        desk.voice(cue("speech", "hi", due=due), _CLIP)
    for t in [b for b in beats if b not in levels]:
        levels[t] = float(np.abs(desk.voice(cue(due=t), None)).max())
    full = float(np.abs(beat("neutral", _RATE_HZ)).max())
    for start in starts:
        during = [t for t in beats if start < t < start + 2.0]
        assert all(levels[t] < 0.4 * full for t in during)
    for start in waited:
        assert not [t for t in beats if start - 0.079 < t < start + 0.2]


def test_beats_step_back_exactly_while_someone_speaks() -> None:
    desk = Desk(_RATE_HZ)
    desk.voice(cue("speech", "hi", due=10.0), _CLIP)
    levels = {
        due: np.abs(desk.voice(cue(due=due), None)).max() / np.abs(beat("neutral", _RATE_HZ)).max()
        for due in (9.99, 10.0, 11.99, 12.0)
    }
    assert levels == pytest.approx({9.99: 1.0, 10.0: DUCK_RATIO, 11.99: DUCK_RATIO, 12.0: 1.0})


def test_the_second_phrase_waits_for_the_first() -> None:
    desk = Desk(_RATE_HZ)
    desk.voice(cue("speech", "one", due=10.0), _CLIP)
    assert desk.start_t(cue("speech", "two", due=11.0)) == pytest.approx(12.0)
    assert desk.start_t(cue("beat", due=11.0)) == 11.0
    desk.clear()
    assert desk.start_t(cue("speech", "two", due=11.0)) == 11.0


@pytest.mark.parametrize(("kind", "phrase"), [("beat", "gong"), ("tone", "gong"), ("speech", "hi")])
def test_what_it_has_no_sound_for_is_an_error(kind: CueKind, phrase: str) -> None:
    with pytest.raises(KeyError, match=phrase):
        Desk(_RATE_HZ).voice(cue(kind, phrase), None)
