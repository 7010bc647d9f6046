"""Whole runs that speak: no beat covers a first syllable; what was not heard is on record."""

import importlib.util
import sys
from pathlib import Path

import pytest

from livecoach.coach import CoachParams
from livecoach.model import Cue, CueDropped, CuePlayed, Dropped, Event, Profile
from livecoach.session import Pipeline
from livecoach.sinks.console import View
from livecoach.store.reader import SessionFile
from tests.commandline import livecoach
from tests.rigs import require_rig

_CONFIG = """
[coach]
target = "+5%"
grace_s = 3.0
ramp_ratio_per_s = 0.02
burst_s = 8.0
speech_gap_s = 5.0
[runner]
baseline = {{ step_rate_spm = {spm}.0, speed_mps = 3.0, steps = 400 }}
[audio]
{audio}
"""


def _run(tmp_path: Path, spm: int, seconds: int, audio: str = "") -> tuple[Path, list[Event], str]:
    config = tmp_path / "my.toml"
    config.write_text(_CONFIG.format(spm=spm, audio=audio))
    result = livecoach(
        *("run", config, "--source", f"sim:?step_rate_spm={spm}&speed_mps=3.0"),
        *("--seconds", str(seconds), "--pace", "max"),
        *("--audio", tmp_path / "x.wav", "--session", tmp_path / "sessions"),
    )
    assert result.returncode == 0, result.stderr
    (path,) = (tmp_path / "sessions").glob("*.db")
    with SessionFile(path) as session:
        return path, list(session.events()), result.stdout


@pytest.mark.rig
@pytest.mark.parametrize("spm", [145, 164, 190])
def test_no_beat_covers_a_first_syllable(tmp_path: Path, spm: int) -> None:
    speaks = sys.platform == "darwin" or importlib.util.find_spec("py_nanotts") is not None
    require_rig(speaks, "a speech engine (py-nanotts)")
    _, events, _ = _run(tmp_path, spm, 45)
    cues = {e.number: e for e in events if isinstance(e, Cue)}
    heard = {e.cue: e.t for e in events if isinstance(e, CuePlayed)}
    beats = [t for number, t in heard.items() if cues[number].kind == "beat"]
    phrases = [(cues[n], t) for n, t in heard.items() if cues[n].kind == "speech"]
    assert phrases
    for cue, start in phrases:
        assert len([t for t in beats if start < t < start + 2.0]) >= 4
        assert not [t for t in beats if start - 0.07 < t < start + 0.2]
        committed = [c.t_due for c in cues.values() if c.kind == "beat" and c.number < cue.number]
        assert max(committed, default=0.0) < start
    assert not [e for e in events if isinstance(e, CueDropped)]


def test_what_was_not_heard_is_recorded_told_and_replayed(tmp_path: Path) -> None:
    command = 'speech_command = "no-such-program {file}"'
    path, events, out = _run(tmp_path, 164, 20, command)
    spoken = {e.number: e for e in events if isinstance(e, Cue) and e.kind == "speech"}
    dropped = [e for e in events if isinstance(e, CueDropped)]
    assert {e.cue for e in dropped} == spoken.keys()
    assert spoken
    assert all("no-such-program cannot be run" in e.reason for e in dropped)
    assert 'not heard: "Quick, light feet." (No speech for' in out
    assert "Cues not played" in out
    replayed = livecoach("replay", path)
    assert replayed.returncode == 0, replayed.stdout


def test_a_drop_is_an_input_and_an_event() -> None:
    pipeline = Pipeline(CoachParams(), Profile("x"))
    assert pipeline.update(Dropped(1, 2.0, 7, "too late")) == [CueDropped(7, "too late", 2.0)]


def test_the_console_tells_of_every_phrase_and_of_beats_once() -> None:
    view = View("x")
    say = Cue(
        number=3,
        t_decided=1.0,
        t_due=1.2,
        kind="speech",
        phrase="Quick.",
        priority=2,
        expires_t=3.0,
        reason="r",
    )
    view.update(say)
    assert view.update(CueDropped(3, "late", 4.0)) == '0:04  not heard: "Quick." (late)'
    assert view.update(CueDropped(4, "slow", 5.0)) == "0:05  not heard: a beat (slow)"
    assert view.update(CueDropped(5, "slow", 6.0)) is None
    assert view.update(CueDropped(5, "gone", 7.0)) == "0:07  not heard: a beat (gone)"
