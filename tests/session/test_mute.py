"""Commands in a whole run: silence at once, said so in the record, and replayed bit for bit."""

import asyncio
import os
import signal
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from livecoach.coach import CoachParams
from livecoach.coach.params import Beats
from livecoach.commands.replay import compare
from livecoach.config import AudioConfig, Config
from livecoach.errors import ConfigError, SourceError
from livecoach.model import Command, Cue, CueDropped, CuePlayed, Event, Input, Notice, Profile
from livecoach.session import Outcome, Plan, run
from livecoach.sources.file import SessionDoor
from livecoach.sources.simulator import SimulatorDoor
from livecoach.store.reader import SessionFile
from tests.sound.songs import clicks, save

_FADE_S = 0.006


class Hand:
    """Someone at the keys: commands at set times of the session."""

    name = "hand"

    def __init__(self, *todo: tuple[float, str, str]) -> None:
        self._todo = todo

    async def run(self, put: Callable[[Input], None], now: Callable[[], float]) -> None:
        """Press in time, as nearly as a run faster than time lets one."""
        for t, name, value in self._todo:
            while now() < t:  # noqa: ASYNC110  nothing tells that session time has passed
                await asyncio.sleep(0)
            if name == "break":
                raise SourceError(value)
            if name == "ctrl-c":
                os.kill(os.getpid(), signal.SIGINT)
                return
            put(Command(0, now(), name, value))

    def restart(self, source: str) -> None:
        """Do nothing."""

    def hear(self, t: float) -> None:
        """Do nothing."""


def session(
    folder: Path, hand: Hand, seconds: float, audio: AudioConfig, beats: Beats = "constant"
) -> Outcome:
    coach = CoachParams(target="176", beats=beats, faults=False, grace_s=5.0)
    plan = Plan(
        config=Config(seconds=seconds, audio=audio, coach=coach),
        profile=Profile(),
        pace="max",
        record_in=folder,
    )
    return asyncio.run(run(plan, [SimulatorDoor("", 7)], print, (), (hand,)))


def recorded(outcome: Outcome) -> tuple[dict[str, list[float]], list[Event]]:
    """Return when each kind of command came, and the events."""
    assert outcome.path is not None
    with SessionFile(outcome.path) as file:
        times: dict[str, list[float]] = {}
        for x in file.inputs():
            if isinstance(x, Command):
                times.setdefault(x.name, []).append(x.t)
        return times, list(file.events())


def samples(path: Path) -> tuple[NDArray[np.int16], int]:
    with wave.open(str(path)) as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return np.abs(frames.reshape(-1, 2)).max(axis=1), file.getframerate()


@pytest.mark.parametrize("music", [False, True])
def test_a_mute_is_silence_and_a_stop_the_end(tmp_path: Path, *, music: bool) -> None:
    wav = tmp_path / "heard.wav"
    song = str(save(tmp_path / "x.wav", clicks(120.0, 30.0, 48_000), 48_000)) if music else ""
    hand = Hand((15.0, "mute", "toggle"), (25.0, "mute", "toggle"), (35.0, "stop", ""))
    outcome = session(tmp_path, hand, 90.0, AudioConfig(output=str(wav), music=song))
    times, events = recorded(outcome)
    (muted, heard), (stopped,) = times["mute"], times["stop"]
    loud, rate = samples(wav)

    def between(start: float, end: float) -> NDArray[np.int16]:
        return loud[round(start * rate) : round(end * rate)]

    assert between(muted - 1.0, muted).any()
    assert not between(muted + _FADE_S, heard).any()
    assert between(heard, heard + 1.0).any()
    assert between(stopped - 1.0, stopped).any()
    assert len(loud) <= (stopped + _FADE_S + 0.1) * rate
    assert not loud[round((stopped + _FADE_S) * rate) :].any()
    assert outcome.reason == "done"
    assert outcome.duration_s < stopped + 0.5
    assert outcome.dropped == 0, "what someone wished not to hear is no failure"
    played = [e.cue for e in events if isinstance(e, CuePlayed)]
    dropped = [e.cue for e in events if isinstance(e, CueDropped) and e.reason == "muted"]
    cues = [e.number for e in events if isinstance(e, Cue)]
    assert sorted(played + dropped) == cues, "each beat was heard or was not, and it says which"
    assert 1 <= len(dropped) <= 4
    assert outcome.path is not None
    assert compare(outcome.path).identical


def test_after_a_mute_beats_are_in_phase_with_the_footfalls_again(tmp_path: Path) -> None:
    hand = Hand((15.0, "mute", "toggle"), (25.0, "mute", "toggle"))
    outcome = session(tmp_path, hand, 40.0, AudioConfig(output="null"), "always")
    times, events = recorded(outcome)
    muted, heard = times["mute"]
    beats = [e for e in events if isinstance(e, Cue) and e.kind == "beat"]
    assert not [e for e in beats if muted <= e.t_decided < heard]
    again = [e for e in beats if e.t_decided >= heard]
    assert again[0].t_due < heard + 1.5
    assert "in phase" in again[0].reason
    gaps = np.diff([e.t_due for e in beats])
    assert gaps.min() > 0.25, "nothing is doubled"


def test_ctrl_c_silences_at_once_and_is_on_record(tmp_path: Path) -> None:
    wav = tmp_path / "heard.wav"
    outcome = session(tmp_path, Hand((15.0, "ctrl-c", "")), 90.0, AudioConfig(output=str(wav)))
    times, events = recorded(outcome)
    (stopped,) = times["stop"]
    loud, rate = samples(wav)
    assert loud[: round(stopped * rate)].any()
    assert not loud[round((stopped + _FADE_S) * rate) :].any()
    assert outcome.reason == "interrupted"
    told = {e.cue for e in events if isinstance(e, CueDropped | CuePlayed)}
    assert told == {e.number for e in events if isinstance(e, Cue)}
    assert outcome.path is not None
    assert compare(outcome.path).identical


def test_a_remark_while_muted_is_refused_in_words(tmp_path: Path) -> None:
    hand = Hand((5.0, "mute", "on"), (6.0, "say", "Nice and light."))
    outcome = session(tmp_path, hand, 12.0, AudioConfig(output="null"))
    _, events = recorded(outcome)
    told = [e.text for e in events if isinstance(e, Notice)]
    assert 'Refused to say "Nice and light.": muted.' in told
    assert not [e for e in events if isinstance(e, Cue) and e.phrase == "Nice and light."]


def test_keys_that_fail_are_told_and_the_run_goes_on(tmp_path: Path) -> None:
    outcome = session(
        tmp_path, Hand((2.0, "break", "the button is gone")), 12.0, AudioConfig(output="null")
    )
    assert outcome.problems == ("No more commands from the hand: the button is gone",)
    assert outcome.duration_s > 11.0


def test_a_recorded_session_takes_no_commands_but_its_own(tmp_path: Path) -> None:
    outcome = session(tmp_path, Hand(), 5.0, AudioConfig(output="null"))
    assert outcome.path is not None
    plan = Plan(config=Config(), profile=Profile(), pace="max")
    with pytest.raises(ConfigError, match="its own commands"):
        asyncio.run(run(plan, [SessionDoor(outcome.path)], print, (), (Hand(),)))
