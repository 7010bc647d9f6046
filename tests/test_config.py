"""Configuration: the shipped files load, mistakes are named, the command line wins."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach import config
from livecoach.coach import CoachParams, parse_target
from livecoach.errors import ConfigError

SHIPPED = sorted((Path(__file__).parents[1] / "configs").glob("*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.name)
def test_every_shipped_file_loads(path: Path) -> None:
    loaded = config.load(path)
    if path.name == "coach.toml":
        assert loaded.broker.url
        assert loaded.monitor == config.MonitorConfig()
    else:
        assert loaded.coach.target == "+5%"


def test_the_treadmill_file_shows_every_key_of_the_coach() -> None:
    text = (Path(__file__).parents[1] / "configs" / "treadmill.toml").read_text()
    missing = [name for name in CoachParams.__struct_fields__ if f"\n{name} = " not in text]
    assert not missing


def test_the_treadmill_file_shows_every_key_of_the_broker() -> None:
    text = (Path(__file__).parents[1] / "configs" / "treadmill.toml").read_text()
    missing = [key for key in config.BrokerConfig.__struct_fields__ if f"\n# {key} = " not in text]
    assert not missing


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[coach]\ntargt = '+5%'", "unknown key `coach.targt`; did you mean `target`"),
        ("[audo]\nvolume = 1", "unknown key `audo`; did you mean `audio`"),
        ("zzz = 1", "unknown key `zzz`; known: sources"),
        ("[coach]\ngrace_s = 'long'", "Expected `float`, got `str` at `coach.grace_s`"),
        ("[coach]\ntarget = '+50%'", "more than 10 % away"),
        ("[coach]\ntarget = '300'", "outside 120 to 220"),
        ("[coach]\ntarget = 'fast'", "neither steps per minute"),
        ("speed = '99kmh'", "people run at"),
        ("speed = 'fast'", "not like 10.5kmh"),
        ("[audio]\nvolume = 3.0", "at `audio.volume`"),
        ("[broker]\nallow = ['everything']", "at `broker.allow"),
        ("[broker]\nurl = 'mqtt://a:b@c'", "a password does not belong in an address"),
        ("[coach]\ntarget = 176", 'write target = "176"'),
        ("[coach]\ngrace_s = inf", "grace_s"),
        (
            "[runner]\nbaseline = { step_rate_spm = -160.0, speed_mps = 3.0, steps = 3 }",
            ">= 80.0 at",
        ),
        ("[runner]\nbaseline = { step_rate_spm = 160.0, steps = 3, sped_mps = 3.0 }", "baseline"),
        ("= nonsense", "not TOML"),
        ("[devices.'x.y']\ncadens = 'steps'", "did you mean `cadence`"),
        ("[devices.pod]\ncadence = 'both'", "Invalid enum value 'both'"),
    ],
)
def test_mistakes_are_named_with_file_and_key(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "my.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_a_device_is_named_by_address_or_name(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text("[devices.'AA:BB:CC:DD:EE:FF']\ncadence = 'per_leg'\n[devices.Stryd]\n")
    assert config.load(path).cadences == {"AA:BB:CC:DD:EE:FF": "per_leg"}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such configuration file"):
        config.load(tmp_path / "nowhere.toml")


def test_changes_win_over_the_file() -> None:
    base = config.convert({"coach": {"target": "+5%", "grace_s": 7.0}}, "x")
    changed = config.override(base, {"coach.target": "176", "audio.output": "a.wav"}, "options")
    assert (changed.coach.target, changed.coach.grace_s) == ("176", 7.0)
    assert changed.audio.output == "a.wav"


@pytest.mark.parametrize("key", ["coach.tget", "choach.target", "seed.more"])
def test_an_unknown_change_is_refused(key: str) -> None:
    with pytest.raises(ConfigError, match="unknown key"):
        config.override(config.Config(), {key: 1}, "options")


@pytest.mark.parametrize(
    ("text", "mps"), [("10.8kmh", 3.0), ("3.0mps", 3.0), ("6.5 mph", 2.90576), ("3", 3.0)]
)
def test_speeds_with_their_units(text: str, mps: float) -> None:
    assert config.parse_speed(text) == pytest.approx(mps)


@pytest.mark.parametrize("text", ["", "none", " None "])
def test_no_speed(text: str) -> None:
    assert config.parse_speed(text) is None


@given(st.text(max_size=12))
def test_any_target_text_is_understood_or_refused(text: str) -> None:
    try:
        kind, value = parse_target(text)
    except ConfigError as exc:
        assert exc.path == "target"
    else:
        assert kind in {"none", "absolute", "relative"}
        assert abs(value) <= 0.1 or 120 <= value <= 220


def test_credentials_are_looked_for_beside_the_file_that_names_them(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(
        '[broker]\npassword_file = "word"\nca_file = "/etc/ca.crt"\n'
        '[monitor]\ncertificate = "c.pem"\nkey = "~/k.pem"\n'
    )
    told = config.load(path)
    assert told.broker.password_file == str(tmp_path / "word")
    assert told.broker.ca_file == "/etc/ca.crt"
    assert told.monitor.certificate == str(tmp_path / "c.pem")
    assert told.monitor.key == str(Path("~/k.pem").expanduser())
    assert not told.monitor.password_file
