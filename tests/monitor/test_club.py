"""What `livecoach monitor init` writes and refuses, and its words when something is wrong."""

import base64
import json
import re
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from livecoach import config as configuration
from livecoach.monitor.authority import Signed, new_authority, new_server
from livecoach.monitor.club import Club
from livecoach.monitor.club_words import password_line
from livecoach.sinks.broker.address import password
from tests.commandline import fails_in_one_line, livecoach
from tests.loopback.mosquitto_rig import rig_present, tool
from tests.monitor.club_rig import club, running
from tests.monitor.servers import Monitor
from tests.rigs import require_rig

NOW = datetime.now(UTC)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_it_writes_everything_for_its_owner_alone_and_says_what_to_do(tmp_path: Path) -> None:
    place = tmp_path / "club"
    done = livecoach("monitor", "init", place, "--runner", "ada", "--runner", "Børge")
    assert done.returncode == 0, done.stderr
    assert f"mosquitto -c {place}/mosquitto.conf" in done.stdout
    assert f"livecoach monitor {place}/monitor/monitor.toml" in done.stdout
    assert "good until" in done.stdout
    for path in place.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    settings = (place / "mosquitto.conf").read_text()
    assert re.findall(r"^listener .*", settings, flags=re.MULTILINE) == ["listener 8883 127.0.0.1"]
    assert "allow_anonymous false" in settings
    told = configuration.load(place / "runners" / "Børge" / "Børge.toml").broker
    assert (told.url, told.group, told.allow) == ("mqtts://B%C3%B8rge@localhost:8883", "club", ())
    assert password(told.password_file)
    words = {password(str(path)) for path in place.rglob("password")}
    assert len(words) == 3
    everything = b"".join(v for k, v in contents(place).items() if not k.endswith("password"))
    assert not any(word and word.encode() in everything for word in words), "only hashes elsewhere"


def test_with_a_host_others_reach_it(tmp_path: Path) -> None:
    hosts = ("--host", "broker.club.example", "--host", "192.168.1.20")
    done = livecoach("monitor", "init", tmp_path / "c", *hosts, "--port", "9999", "--json")
    assert "monitor.toml" in " ".join(json.loads(done.stdout)["done"])
    assert "\nlistener 9999\n" in (tmp_path / "c" / "mosquitto.conf").read_text()
    told = configuration.load(tmp_path / "c" / "monitor" / "monitor.toml")
    assert told.broker.url == "mqtts://coach@broker.club.example:9999"


def test_a_runner_added_later_adds_only(tmp_path: Path) -> None:
    made = club(tmp_path / "c", "ada")
    before = contents(made.folder)
    done = livecoach("monitor", "init", made.folder, "--runner", "new")
    assert done.returncode == 0, done.stderr
    assert "kill -HUP" in done.stdout
    after = contents(made.folder)
    grown = {name for name in before if after[name] != before[name]}
    assert grown == {"passwords", "acl"}
    assert all(after[name].startswith(before[name]) for name in grown)
    fresh = ("ca.crt", "new.toml", "password")
    assert set(after) - set(before) == {f"runners/new/{name}" for name in fresh}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "all is there already"),
        (("--runner", "ada"), "is there already"),
        (("--runner", "new", "--runner", "ada"), "is there already"),
        (("--runner", "coach"), "taken"),
        (("--runner", "all"), "means everyone"),
        (("--runner", "a/b"), "without '/'"),
        (("--runner", "a:b"), "letters, digits"),
        (("--runner", "../x"), "without '/'"),
        (("--runner", "a\nuser b"), "U+000A"),
        (("--group", "other", "--runner", "new"), "a folder of its own"),
        (("--port", "1", "--runner", "new"), "change it in"),
        (("--host", "new.example"), "server.crt"),
        (("--bridge-to", "mqtts://h.example"), "name the user"),
        (("--bridge-to", "mqtt://up@h.example"), "use mqtts://"),
        (("--bridge-to", "mqtts://up@h.example"), "LIVECOACH_BROKER_PASSWORD"),
        (("--bridge-to", "mqtts://u%0Ax@h.example"), "name the user"),
        (("--bridge-to", "mqtts://up:word@h.example"), "does not belong in an address"),
    ],
)
def test_what_is_there_stays(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    made = club(tmp_path / "c", "ada")
    before = contents(made.folder)
    line = fails_in_one_line(livecoach("monitor", "init", made.folder, *options), 2)
    assert words in line
    assert contents(made.folder) == before


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    line = fails_in_one_line(livecoach("monitor", "init", tmp_path), 2)
    assert "something else is in there" in line


def test_a_certificate_that_was_taken_away_is_made_again(tmp_path: Path) -> None:
    made = club(tmp_path / "c", "ada")
    before = contents(made.folder)
    (made.folder / "server.crt").unlink()
    (made.folder / "server.key").unlink()
    done = livecoach("monitor", "init", made.folder)
    assert done.returncode == 0, done.stderr
    after = contents(made.folder)
    assert {name for name in after if after[name] != before[name]} == {"server.crt", "server.key"}


def test_its_password_lines_are_those_of_mosquitto_passwd(tmp_path: Path) -> None:
    """Mosquitto's own program writes the same line for the same salt: it is compared whole."""
    program = tool("mosquitto_passwd")
    require_rig(program is not None, "mosquitto_passwd")
    file = tmp_path / "words"
    file.touch(mode=0o600)
    subprocess.run([str(program), "-b", str(file), "ada", "word"], check=True)
    line = file.read_text()
    user, _, told = line.strip().partition(":")
    _, kind, _, salt, _ = told.split("$")
    assert (user, kind) == ("ada", "7")
    assert password_line("ada", "word", base64.b64decode(salt)) == line


def _wrong_password(made: Club) -> None:
    for path in made.folder.rglob("password"):
        path.write_text("wrong\n")


def _authority(made: Club) -> Signed:
    return Signed((made.folder / "ca.crt").read_bytes(), (made.folder / "ca.key").read_bytes())


def _serve(made: Club, server: Signed) -> None:
    (made.folder / "server.crt").write_bytes(server.certificate)
    (made.folder / "server.key").write_bytes(server.key)


def _expired(made: Club) -> None:
    _serve(made, new_server(_authority(made), ("localhost",), NOW, -1))


def _other_host(made: Club) -> None:
    _serve(made, new_server(_authority(made), ("other.example",), NOW))


def _other_authority(made: Club) -> None:
    for path in (made.runner("ada"), made.monitor.parent):
        (path / "ca.crt").write_bytes(new_authority("club", NOW).certificate)


_TROUBLES = {
    "does not let 'NAME' in: check the name and": _wrong_password,
    "its certificate has expired: whoever runs the broker must renew it": _expired,
    "nobody we trust vouches for its certificate": _other_authority,
    "its certificate is for another host: use the name that is in it": _other_host,
    "nobody listens there: is the broker running": None,
}


@pytest.mark.rig
@pytest.mark.parametrize(("words", "spoil"), _TROUBLES.items())
def test_each_trouble_is_one_line_from_run_and_from_monitor(
    tmp_path: Path, words: str, spoil: Callable[[Club], None] | None
) -> None:
    require_rig(rig_present(), "mosquitto")
    made = club(tmp_path / "c", "ada")
    if spoil is None:
        _both(tmp_path, made, words)
        return
    spoil(made)
    with running(made):
        _both(tmp_path, made, words)


def _both(tmp_path: Path, made: Club, words: str) -> None:
    file = made.runner("ada") / "ada.toml"
    url = configuration.load(file).broker.url
    result = livecoach(
        *("run", file, "--broker", url, "--source", "sim:?step_rate_spm=164&speed_mps=3.0"),
        *("--seconds", "4", "--audio", "null", "--session", tmp_path / "s"),
    )
    assert result.returncode == 0, result.stderr
    told = [line for line in result.stdout.splitlines() if "coach's side" in line]
    assert len(told) == 2, result.stdout
    assert words.replace("NAME", "ada") in told[0]
    assert "the next run sends them" in told[1]
    page = Monitor(tmp_path, made.monitor)
    page.start()
    try:
        _until(lambda: "trying again" in page.log)
        _until(lambda: page.log.count("trying again") > 1, 2.0)
    finally:
        code = page.stop(signal.SIGINT)
    lines = [line for line in page.log.splitlines() if "trying again" in line]
    assert len(lines) == 1, page.log
    assert words.replace("NAME", "coach") in lines[0]
    assert "Traceback" not in page.log
    assert code == 130


def _until(done: Callable[[], bool], within_s: float = 15.0) -> None:
    end_s = time.monotonic() + within_s
    while not done() and time.monotonic() < end_s:
        time.sleep(0.05)
