"""The desk: cue to sound, levels, and one voice at a time."""

import numpy as np
import pytest

from livecoach.model import CueKind
from livecoach.sound.beats import beat, tone
from livecoach.sound.desk import DUCK_RATIO, SPEECH_PEAK, Desk
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
    assert np.abs(desk.voice(cue("speech", "hi"), _CLIP)).max() == pytest.approx(0.3, abs=1e-6)


def test_speech_is_brought_to_its_level_on_both_sides() -> None:
    frames = Desk(_RATE_HZ).voice(cue("speech", "hi"), _CLIP * np.float32(0.2))
    assert frames.shape == (len(_CLIP), 2)
    assert np.abs(frames).max() == pytest.approx(SPEECH_PEAK, abs=1e-6)
    assert np.array_equal(frames[:, 0], frames[:, 1])


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
