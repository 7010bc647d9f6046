"""The demo, unattended: the simulated runner hears the beats and answers them."""

import json
from pathlib import Path

import pytest

from livecoach.model import Cue
from livecoach.store.reader import SessionFile
from tests.commandline import livecoach
from tests.session.test_run import onsets, sound


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def test_unattended_demo(out: Path) -> None:
    result = livecoach("demo", "--seconds", "20", "--out", out, "--audio", out / "demo.wav")
    assert result.returncode == 0, result.stderr
    said = result.stdout
    assert "Time is compressed" in said
    assert "simulated runner" in said
    assert "Summary" in said
    assert "cadence" in said
    frames, _ = sound(out / "demo.wav")
    (session,) = out.glob("*.db")
    with SessionFile(session) as file:
        cues = [e for e in file.events() if isinstance(e, Cue)]
    beats = [c for c in cues if c.kind == "beat"]
    assert len(beats) >= 15
    assert len(onsets(frames)) >= 5
    assert any(c.kind == "speech" for c in cues)


def test_the_runner_is_quicker_at_the_end_than_before_the_first_cue(out: Path) -> None:
    arguments = ("--seconds", "45", "--audio", "null", "--json", "--out", out / "json")
    result = livecoach("demo", *arguments)
    said = json.loads(result.stdout)
    before, last = said["before"]["values"], said["last_8_s"]["values"]
    assert before["step_rate_spm"] == pytest.approx(164, abs=2)
    assert last["step_rate_spm"] == pytest.approx(172.2, abs=2)
    assert last["speed_loss_mps"] < before["speed_loss_mps"]
    assert last["contact_time_s"] < before["contact_time_s"]
