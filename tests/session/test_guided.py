"""Guided protocols as sessions: the whole way by samples, recorded, replayed, from the shell."""

import asyncio
import json
from pathlib import Path

import pytest

from livecoach.coach.drill_score import DrillResult
from livecoach.coach.guided import Guide
from livecoach.coach.sweep_fit import SweepResult
from livecoach.commands.replay import compare
from livecoach.commands.run import open_all
from livecoach.config import AudioConfig, Config
from livecoach.model import Profile
from livecoach.session import Outcome, Plan, run
from livecoach.store.reader import SessionFile
from tests.commandline import fails_in_one_line, livecoach

HEARTY = "sim:?heart_rate_bpm=150&best_rate_spm=170"


def led(guide: Guide, source: str, folder: Path, seed: int = 3) -> Outcome:
    audio = AudioConfig(output="null")
    config = Config(sources=(source,), guide=guide, seed=seed, audio=audio)
    plan = Plan(config=config, profile=Profile(), pace="max", record_in=folder)
    return asyncio.run(run(plan, open_all(config), lambda _: None))


@pytest.mark.parametrize("seed", [3, 11])
def test_a_sweep_by_samples_finds_the_optimum_and_replays_bit_for_bit(
    tmp_path: Path, seed: int
) -> None:
    outcome = led("sweep", HEARTY, tmp_path, seed)
    found = outcome.guided
    assert isinstance(found, SweepResult)
    assert found.refused == ""
    assert found.heart is not None
    assert found.heart.low_spm - 1.0 < 170.0 < found.heart.high_spm + 1.0
    assert found.best is not None
    assert found.best.best_spm > found.heart.best_spm
    assert "speed loss at the chest" in found.by
    assert outcome.reason == "done"
    assert [b.step_rate_spm for b in outcome.baselines] == pytest.approx([164.0], abs=1.5)
    assert outcome.path is not None
    with SessionFile(outcome.path) as session:
        assert session.header.config["guide"] == "sweep"
        assert session.header.seed == seed
    again = compare(outcome.path)
    assert again.identical, again.first_difference
    assert again.events > 10_000


@pytest.mark.parametrize(
    ("guide", "mount", "knows"),
    [
        ("toe-last", "foot_left", True),
        ("high-knee", "foot_left", True),
        ("tall", "waist", True),
        ("lean", "chest", True),
        ("toe-last", "waist", False),
        ("high-knee", "waist", False),
        ("tall", "foot_left", False),
        ("lean", "waist", False),
    ],
)
def test_a_drill_is_scored_by_the_sensors_that_can_and_replays(
    tmp_path: Path, guide: Guide, mount: str, *, knows: bool
) -> None:
    outcome = led(guide, f"sim:?mount={mount}", tmp_path)
    found = outcome.guided
    assert isinstance(found, DrillResult)
    assert found.refused == ""
    assert (found.change is not None) == knows
    assert (found.unscored == "") == knows
    if knows:
        assert found.verdict == "no clear change"  # the simulated runner hears no words
    assert outcome.tally.cues == 4
    assert outcome.path is not None
    assert compare(outcome.path).identical


def test_from_the_shell_a_drill_prints_its_result_and_a_refusal_is_exit_code_1(
    tmp_path: Path,
) -> None:
    common = ("--pace", "max", "--audio", "null", "--session", tmp_path)
    done = livecoach("drill", "tall", "--source", "sim:?mount=waist", *common)
    assert done.returncode == 0
    assert "Drill tall: no clear change" in done.stdout.splitlines()[-1]
    as_json = livecoach("drill", "lean", "--source", "sim:?mount=waist", "--json", *common)
    result = json.loads(as_json.stdout)["result"]
    assert as_json.returncode == 0
    assert result["change"] is None
    assert "a sensor on chest or back" in result["unscored"]
    short = livecoach("sweep", "--source", HEARTY, "--seconds", "60", *common)
    line = fails_in_one_line(short, 1)
    assert line.startswith("livecoach: no answer: it ended before 150 s of steady running")
    unknown = livecoach("drill", "hop", "--source", HEARTY)
    assert "toe-last" in fails_in_one_line(unknown, 2)
