"""The speaker: what is played, what is dropped, and how late things were."""

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from livecoach.errors import AudioError
from livecoach.model import Cue
from livecoach.sinks.audio.null import NullBackend
from livecoach.sinks.audio.wav import WavBackend
from livecoach.sinks.speaker import Speaker
from livecoach.sinks.voice import Voice
from livecoach.sound.beats import beat
from tests.sound.cues import cue


class _Clips(Voice):
    """A voice that has one phrase, two seconds long."""

    def clip(self, text: str) -> NDArray[np.float32] | None:
        return np.full(96_000, 0.5, np.float32) if text == "hello" else None


class _Late(NullBackend):
    """Plays everything 40 ms late."""

    def poll(self, now_s: float) -> list[tuple[int, float]]:
        return [(token, t + 0.04) for token, t in super().poll(now_s - 0.04)]


def test_a_beat_is_played_and_its_lateness_reported() -> None:
    speaker = Speaker(_Late(), None)
    speaker.update(cue(number=5, due=1.0), 0.5)
    assert speaker.poll(1.03) == []
    assert speaker.poll(1.05)[0] == pytest.approx((5, 1.04, 0.04))
    assert speaker.poll(9.0) == []
    assert speaker.dropped_total == 0


@pytest.mark.parametrize(
    ("dropped", "now_s", "why"),
    [
        (cue(number=3, due=1.0, expires=1.1), 1.2, "too late to be heard in time"),
        (cue("speech", "unheard of", number=3), 0.0, "it is not rendered yet"),
        (cue("tone", "gong", number=3), 0.0, "no tone called 'gong'"),
    ],
)
def test_what_cannot_be_played_is_dropped_with_its_reason(
    tmp_path: Path, dropped: Cue, now_s: float, why: str
) -> None:
    speaker = Speaker(NullBackend(), _Clips(tmp_path, 48_000))
    speaker.update(dropped, now_s)
    assert speaker.dropped() == [(3, why)]
    assert speaker.dropped() == []
    assert speaker.dropped_total == 1
    assert speaker.poll(99.0) == []


def test_without_a_voice_speech_is_dropped_and_beats_go_on() -> None:
    speaker = Speaker(NullBackend(), None)
    speaker.update(cue("speech", "hello", number=1), 0.0)
    speaker.update(cue(number=2), 0.0)
    assert speaker.dropped() == [(1, "speech is off")]
    assert [number for number, _, _ in speaker.poll(2.0)] == [2]


def test_a_second_phrase_waits_or_is_dropped(tmp_path: Path) -> None:
    speaker = Speaker(NullBackend(), _Clips(tmp_path, 48_000))
    speaker.update(cue("speech", "hello", number=1, due=1.0), 0.5)
    speaker.update(cue("speech", "hello", number=2, due=2.0, expires=4.0), 0.5)
    speaker.update(cue("speech", "hello", number=3, due=2.5, expires=4.0), 0.5)
    assert speaker.poll(9.0) == [(1, 1.0, 0.0), (2, 3.0, 1.0)]
    assert speaker.dropped() == [(3, "the line was taken")]


def test_beats_and_speech_in_a_file(tmp_path: Path) -> None:
    speaker = Speaker(WavBackend(tmp_path / "x.wav"), _Clips(tmp_path, 48_000))
    speaker.update(cue("speech", "hello", number=1, due=1.0), 0.5)
    for number, due in ((2, 0.5), (3, 3.5)):
        speaker.update(cue(phrase="left", number=number, due=due), 0.4)
    assert [number for number, _, _ in speaker.poll(4.0)] == [2, 1, 3]
    speaker.close()
    with wave.open(str(tmp_path / "x.wav")) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32_767
    left = beat("left", 48_000)
    assert pcm[24_000 : 24_000 + len(left)] == pytest.approx(left, abs=2e-5)
    assert pcm[48_000:144_000] == pytest.approx(0.6, abs=2e-5)
    assert not pcm[144_000:168_000].any()
    assert pcm[168_000 : 168_000 + len(left)] == pytest.approx(left, abs=2e-5)


def test_mute_silences_what_is_to_come_and_frees_the_line(tmp_path: Path) -> None:
    speaker = Speaker(NullBackend(), _Clips(tmp_path, 48_000))
    speaker.update(cue("speech", "hello", number=1, due=5.0), 1.0)
    speaker.update(cue(number=2, due=5.0), 1.0)
    speaker.mute(1.5, on=True)
    speaker.update(cue(number=3, due=5.5), 1.5)
    assert speaker.poll(1.6) == []
    assert speaker.dropped() == [(3, "muted")]
    speaker.mute(2.0, on=False)
    speaker.update(cue("speech", "hello", number=4, due=6.0), 2.0)
    assert speaker.poll(99.0) == [(4, 6.0, 0.0)]
    assert speaker.dropped() == [(1, "muted"), (2, "muted")]
    assert speaker.dropped_total == 0, "what someone wished not to hear is no failure"


def test_a_phrase_under_way_is_cut_within_milliseconds(tmp_path: Path) -> None:
    speaker = Speaker(WavBackend(tmp_path / "x.wav"), _Clips(tmp_path, 48_000))
    speaker.update(cue("speech", "hello", number=1, due=1.0), 0.5)
    speaker.update(cue(number=2, due=1.6), 1.4)
    speaker.poll(1.2)
    speaker.mute(1.5, on=True)
    assert speaker.poll(1.6) == []
    assert speaker.dropped() == [(1, "cut short: muted")]
    speaker.poll(4.0)
    assert speaker.dropped() == [(2, "muted")]
    speaker.close()
    with wave.open(str(tmp_path / "x.wav")) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert pcm[71_999].any()
    assert np.abs(np.diff(pcm[48_001:, 0].astype(int))).max() < 200, "it clicks"
    assert not pcm[72_000 + 240 :].any()


def test_memory_is_bounded_even_when_nothing_is_ever_played() -> None:
    speaker = Speaker(NullBackend(), None)
    for number in range(2_000):
        speaker.update(cue(number=number, due=1e6), 0.0)
        speaker.update(cue("tone", "gong", number=number), 0.0)
    assert len(speaker._due_s) <= 256
    assert len(speaker.dropped()) <= 256
    assert speaker.dropped_total == 2_000


@pytest.mark.usefixtures("small_disk")
def test_a_failing_way_out_is_the_sessions_business(tmp_path: Path) -> None:
    speaker = Speaker(WavBackend(tmp_path / "x.wav"), None)
    speaker.update(cue(number=4), 0.0)
    assert speaker.poll(1.5) == [(4, 1.0, 0.0)]
    with pytest.raises(AudioError):
        speaker.poll(20.0)
    speaker.close()


def test_a_late_device_gets_its_sounds_earlier_and_they_are_heard_on_time(tmp_path: Path) -> None:
    backend = NullBackend()
    speaker = Speaker(backend, _Clips(tmp_path, 48_000), offset_of={"null": 0.2}.__getitem__)
    assert speaker.opened(0.0).offset_s == 0.2
    speaker.update(cue(number=7, due=1.0, expires=1.05), 0.3)
    assert backend.poll(0.79) == []
    assert speaker.poll(0.99) == []
    assert speaker.poll(1.0) == [(7, 1.0, 0.0)]
    speaker.update(cue(number=8, due=2.0, expires=2.05), 1.86)
    assert speaker.dropped() == [(8, "too late to be heard in time")]
