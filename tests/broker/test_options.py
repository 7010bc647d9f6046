"""Options and configuration of the coach's side, before anything is opened."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from livecoach import config as configuration
from livecoach.commands.run import recorded
from livecoach.commands.run import run as run_command
from livecoach.config import Config
from livecoach.errors import ConfigError
from livecoach.model import Profile
from livecoach.session.broadcast import Broadcast, Clock
from livecoach.sources.file import SessionDoor

URL = "mqtt://127.0.0.1:9"


def told() -> Config:
    return configuration.override(Config(), {"broker.url": URL}, "test")


def test_what_a_coach_was_told_once_is_not_told_again_unasked() -> None:
    header = SimpleNamespace(config=msgspec.to_builtins(told()), profile=Profile())
    door = cast("SessionDoor", SimpleNamespace(name="old", header=header, raw_end_s=None))
    assert recorded(door, {}, Config())[0].broker.url == ""
    assert recorded(door, {"broker.url": URL}, Config())[0].broker.url == URL


def test_a_run_faster_than_time_has_no_coach_elsewhere() -> None:
    with pytest.raises(ConfigError, match="--pace max is faster"):
        run_command(config=None, folder=None, pace="max", as_json=True, plan=None, broker=URL)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"runner.name": "ann/bob"}, "broker.runner: 'ann/bob'"),
        ({"broker.runner": "all"}, "means everyone"),
        ({"broker.group": "#"}, "broker.group: '#'"),
        ({"broker.password_file": "/nowhere/at/all"}, "no such file"),
        ({"broker.url": "mqtts://h", "broker.ca_file": "/nowhere/at/all"}, "no such file"),
    ],
)
async def test_names_and_files_that_cannot_be_used_are_refused_at_the_start(
    change: dict[str, str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVECOACH_HOME", str(tmp_path))
    monkeypatch.delenv("LIVECOACH_BROKER_PASSWORD", raising=False)
    config = configuration.override(told(), change, "test")

    async def render(_text: str) -> str:
        return ""

    with pytest.raises(ConfigError, match=why):
        Broadcast(config, "sid", Clock(lambda: 0.0), render, print)
    assert not os.listdir(tmp_path)  # noqa: PTH208  (a look, after all is done)
