"""``livecoach replay --what-if``: a recorded run through changed settings."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from livecoach.config import Config
from livecoach.errors import ConfigError
from livecoach.report.what_if import Comparison, changed
from livecoach.session.known import recorded_config
from livecoach.store.reader import SessionFile
from tests.commandline import fails_in_one_line, livecoach


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record the demo's runner, who hears beats and words."""
    folder = tmp_path_factory.mktemp("run")
    told = livecoach(
        "run",
        "configs/demo.toml",
        "--audio",
        folder / "x.wav",
        "--pace",
        "max",
        "--seconds",
        "60",
        "--session",
        folder,
        "--json",
    )
    assert told.returncode == 0, told.stderr
    return Path(json.loads(told.stdout)["file"])


def what_if(run: Path, *wishes: str) -> dict[str, Any]:
    options = [x for wish in wishes for x in ("--what-if", wish)]
    told = livecoach("replay", run, *options, "--json")
    assert told.returncode == 0, told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def test_settings_as_they_were_change_nothing(run: Path) -> None:
    found = what_if(run, "target=+5%")
    assert found["changes"] == {"coach.target": {"recorded": "+5%", "what_if": "+5%"}}
    assert found["identical"]
    assert found["first"] is None
    assert found["recorded"] == found["what_if"]
    assert found["same"] == sum(found["recorded"]["counts"].values()) > 0
    assert found["only_recorded"] == found["only_what_if"] == []


def test_no_beats_means_no_beats_and_the_recorded_ones_are_only_there(run: Path) -> None:
    found = what_if(run, "coach.beats=off")
    assert found["recorded"]["counts"]["beat"] > 20
    assert found["what_if"]["counts"]["beat"] == 0
    assert {row["kind"] for row in found["only_recorded"]} >= {"beat"}
    assert all(row["kind"] != "beat" for row in found["only_what_if"])
    assert "answered is not known" in found["notes"][0]


def test_a_lower_target_is_a_lower_target(run: Path) -> None:
    found = what_if(run, "target=+1%", "burst_s=10")
    assert found["what_if"]["target_spm"] < found["recorded"]["target_spm"] - 4.0
    first = found["first"]
    assert first["recorded"] != first["what_if"]


def test_the_runners_own_rate_may_be_changed_too(run: Path) -> None:
    found = what_if(run, "runner.baseline.step_rate_spm=160")
    assert found["what_if"]["target_spm"] == pytest.approx(168.0, abs=0.1)


def test_what_comes_in_cannot_be_changed_afterwards_and_that_is_said(run: Path) -> None:
    found = what_if(run, "audio.volume=0.2")
    assert found["identical"]
    assert "audio.volume decides" in found["notes"][1]


def test_for_people_it_is_a_table_and_the_first_difference(run: Path) -> None:
    told = livecoach("replay", run, "--what-if", "beats=off")
    assert told.returncode == 0
    assert "coach.beats: bandwidth -> off" in told.stdout
    assert "The first that differs" in told.stdout
    assert "Only in the record" in told.stdout
    assert "answered is not known" in told.stdout


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("trget=180", "unknown key `trget`; did you mean `coach.target`?"),
        ("coach.trget=180", "did you mean `coach.target`?"),
        ("target", "is not like target=180"),
        ("target=fast", "neither steps per minute"),
        ("beats=loud", "beats"),
        ("grace_s=soon", "grace_s"),
        ("target=+50%", "more than 10 %"),
    ],
)
def test_a_wrong_wish_is_one_line_and_exit_2(run: Path, wish: str, said: str) -> None:
    assert said in fails_in_one_line(livecoach("replay", run, "--what-if", wish), 2)


def test_a_short_key_of_several_settings_is_refused() -> None:
    table = {"devices": {"a": {"cadence": "steps"}, "b": {"cadence": "steps"}}}
    config = msgspec.convert(table, Config)
    with pytest.raises(ConfigError, match=r"devices\.a\.cadence or devices\.b\.cadence"):
        changed(config, ["cadence=per_leg"])
    with pytest.raises(ConfigError, match="twice"):
        changed(config, ["target=170", "coach.target=180"])


def test_a_value_is_read_as_its_setting_is() -> None:
    after, changes = changed(
        Config(), ["target=180", "faults=false", "seconds=none", "runner.name=7", "speech=FALSE"]
    )
    assert (after.coach.target, after.coach.faults, after.seconds) == ("180", False, None)
    assert (after.runner.name, after.audio.speech) == ("7", False)
    assert changes["coach.faults"] == (True, False)


def test_what_was_heard_is_told_of_the_same_cue_only(run: Path) -> None:
    """A recorded number means another cue in the changed run."""
    with SessionFile(run) as session:
        config = recorded_config(session.header, run)
        after, changes = changed(config, ["speech_gap_s=600"])
        both = Comparison(config, after, session.header.profile)
        for x in session.inputs():
            both.update(x)
    found = both.result("x", changes)
    assert found.same > 20
    heard = {row.t: row for row in found.only_what_if}
    assert all(row.heard <= row.cues for row in heard.values())
