"""One configuration schema: for `run`, `demo` and `monitor`.

A TOML file sets what it names; the command line beats the file. Unknown keys are refused with the
nearest known one. Types and limits live in the structs; the commented files in ``configs/`` show
every key.
"""

import difflib
import re
import tomllib
import typing
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from livecoach.coach import CoachParams, parse_target
from livecoach.coach.guided import Guide
from livecoach.coach.phrases import LANGUAGES, Phrases, english, shipped_table
from livecoach.errors import ConfigError
from livecoach.model import Baseline, Cadence, Mount
from livecoach.sinks.broker.address import parse_address
from livecoach.sound.beats import BeatSound
from livecoach.wire.topics import CommandName

_UNITS_MPS = {"mps": 1.0, "m/s": 1.0, "kmh": 1 / 3.6, "km/h": 1 / 3.6, "mph": 0.44704, "": 1.0}


class RunnerConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[runner]``: who runs. ``baseline`` stands in for a stored one (the demo uses it)."""

    name: Annotated[str, Meta(min_length=1, max_length=64)] = "runner"
    height_m: Annotated[float, Meta(gt=1.0, lt=2.3)] | None = None
    leg_length_m: Annotated[float, Meta(gt=0.5, lt=1.3)] | None = None
    baseline: Baseline | None = None


class AudioConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[audio]``: where sound goes (``default``, a device, ``null``, a WAV file), how loud.

    ``offset_s`` is how much later than the device says its sound is heard; without it, what
    ``calibrate audio`` found for the device. At ``volume`` 1 no beat is above 0.35 and no word
    above 0.6 of full scale, so that both together never distort; louder is the device's business.
    ``speech_command`` is a program that speaks instead of the engine that comes with us: it gets
    ``{text}`` (or reads it) and writes the WAV ``{file}``. ``music`` is a WAV, FLAC or OGG file
    that is played at the target's tempo below the beats.
    """

    output: str = "default"
    volume: Annotated[float, Meta(ge=0.0, le=1.0)] = 1.0
    beat: BeatSound = "woodblock"
    music: str = ""
    music_bpm: Annotated[float, Meta(ge=30.0, le=300.0)] | None = None
    offset_s: Annotated[float, Meta(ge=-0.2, le=1.0)] | None = None
    speech: bool = True
    language: str = "en-US"
    speech_command: str = ""


class MonitorConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[monitor]``: the coach's page, at ``listen`` (host:port), of ``group`` ("": of all).

    Away from loopback, or with ``hosts`` (other names it is reached by, as through a proxy that
    adds TLS), it asks for the password whose hash is in ``password_file`` (``livecoach monitor
    password FILE`` writes it). Away from loopback it serves TLS with ``certificate`` and ``key``.
    """

    listen: str = "127.0.0.1:8765"
    group: str = ""
    hosts: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""
    password_file: str = ""


class DeviceConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[devices."AA:BB:CC:DD:EE:FF"]`` (or its name): what the runner knows of a device.

    ``cadence``: a foot pod counts both legs (``steps``) or one (``per_leg``); found out when left
    out.
    """

    cadence: Cadence | None = None


class BrokerConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[broker]``: a coach elsewhere, over MQTT; off without ``url``.

    ``url`` is like mqtt[s]://[user@]host[:port], without a password: that
    is in the environment (LIVECOACH_BROKER_PASSWORD) or alone in ``password_file``,
    which nobody else may read. ``ca_file`` vouches for the broker's certificate when the system
    does not. ``runner`` is the name there, else the runner's. ``allow`` is what the coach may ask
    for: ``target``, ``say``, ``mode``.
    """

    url: str = ""
    group: str = "club"
    runner: str = ""
    password_file: str = ""
    ca_file: str = ""
    allow: tuple[CommandName, ...] = ()
    home_assistant: bool = False


class WearableConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[wearable]``: a box on the body that starts by itself, with a button and a lamp.

    Pins are GPIO numbers as in ``hw/pins.toml``; None: there is none. ``start``: a run begins with
    the power, or when the button is pressed.
    """

    button_gpio: Annotated[int, Meta(ge=0, le=27)] | None = 17
    lamp_gpio: Annotated[int, Meta(ge=0, le=27)] | None = 27
    start: Literal["power", "button"] = "power"


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a run can be told. ``speed`` is typed in with its unit (``10.5kmh``).

    ``guide`` is the guided protocol in the coach's place: ``sweep`` or the name of a drill.
    """

    sources: tuple[str, ...] = ()
    mount: Mount | None = None
    speed: str = ""
    seconds: Annotated[float, Meta(gt=0, le=864_000)] | None = None
    seed: Annotated[int, Meta(ge=0)] = 0
    runner: RunnerConfig = RunnerConfig()
    coach: CoachParams = CoachParams()
    guide: Guide = ""
    audio: AudioConfig = AudioConfig()
    broker: BrokerConfig = BrokerConfig()
    monitor: MonitorConfig = MonitorConfig()
    devices: dict[str, DeviceConfig] = {}
    wearable: WearableConfig | None = None

    @property
    def cadences(self) -> dict[str, Cadence]:
        """What foot pods are said to count, by name or address."""
        return {name: d.cadence for name, d in self.devices.items() if d.cadence is not None}


def load(path: Path) -> Config:
    """Read a configuration file; raises `ConfigError` naming file and key.

    A file of phrases that it names is looked for beside it, and read, too; credentials are looked
    for beside it.
    """
    config = beside(convert(_table(path, "configuration file"), str(path)), path.parent)
    return settled(config, path.parent) if config.coach.phrases else config


def beside(config: Config, folder: Path) -> Config:
    """Return ``config`` with the credentials that it names by a relative path found in folder."""

    def found(name: str) -> str:
        return str(folder / Path(name).expanduser()) if name else ""

    broker, page = config.broker, config.monitor
    return msgspec.structs.replace(
        config,
        broker=msgspec.structs.replace(
            broker, ca_file=found(broker.ca_file), password_file=found(broker.password_file)
        ),
        monitor=msgspec.structs.replace(
            page,
            certificate=found(page.certificate),
            key=found(page.key),
            password_file=found(page.password_file),
        ),
    )


def settled(config: Config, folder: Path | None = None) -> Config:
    """Return ``config`` with the coach's words in it, so that it says all that decides a run.

    They are those of ``[audio] language``; those in the file ``[coach] phrases`` (in ``folder``)
    stand in for them. Raises `ConfigError` for words that are not to be had or not to be used.
    """
    named = config.coach.phrases
    if isinstance(named, Phrases):
        return config
    path = (folder or Path()) / Path(named).expanduser()
    own = _table(path, "file of phrases") if named else {}
    language = config.audio.language
    shipped = shipped_table(language)
    if shipped is None and not own:
        if spoken(config):
            way_out = 'or [coach] phrases = "my.toml" with words of your own'
            raise ConfigError("audio.language", f"no {language}: {', '.join(LANGUAGES)} {way_out}")
        return config
    table = msgspec.to_builtins(config)
    table["coach"]["phrases"] = (shipped or {}) | own
    return convert(table, str(path) if named else f"phrases in {language}")


def spoken(config: Config) -> tuple[str, ...]:
    """Return all that may be said in a run with this `settled` configuration."""
    if not config.audio.speech:
        return ()
    words = config.coach.phrases
    chosen = words if isinstance(words, Phrases) else english()
    coached = config.coach.target or config.guide
    of_form = chosen.every(guided=bool(config.guide)) if coached else ()
    return of_form if config.wearable is None else (*chosen.status(), *of_form)


def _table(path: Path, what: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(str(path), f"no such {what}") from None
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(str(path), f"not TOML: {exc}") from exc
    except (OSError, ValueError) as exc:
        raise ConfigError(str(path), f"cannot be read: {exc}") from exc


def convert(table: dict[str, Any], where: str) -> Config:
    """Turn a table into a checked `Config`; raises `ConfigError` naming ``where`` and the key."""
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as exc:
        raise ConfigError(where, _explain(str(exc))) from exc
    try:
        parse_target(config.coach.target)
        parse_speed(config.speed)
        if config.broker.url:
            parse_address(config.broker.url)
    except ConfigError as exc:
        raise ConfigError(where, str(exc)) from exc
    return config


def override(config: Config, changes: dict[str, Any], where: str) -> Config:
    """Return ``config`` with dotted keys changed (``coach.target``), checked again."""
    table = msgspec.to_builtins(config)
    for key, value in changes.items():
        *parents, last = key.split(".")
        place = table
        for parent in parents:
            place = place.get(parent)
            if not isinstance(place, dict):
                raise ConfigError(where, _unknown(key, list(table)))
        if last not in place:
            raise ConfigError(where, _unknown(last, list(place)))
        place[last] = value
    return convert(table, where)


def parse_speed(text: str) -> float | None:
    """Read ``10.5kmh``, ``3.0mps``, ``6.5mph``, ``none`` or nothing; raises `ConfigError`."""
    cleaned = text.strip().lower().replace(" ", "")
    if cleaned in {"", "none"}:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([a-z/]*)", cleaned)
    if not match or match[2] not in _UNITS_MPS:
        raise ConfigError("speed", f"{text!r} is not like 10.5kmh, 3.0mps or 6.5mph")
    speed = float(match[1]) * _UNITS_MPS[match[2]]
    if not 0.3 <= speed <= 12.0:
        raise ConfigError("speed", f"{text} is {speed:.2f} m/s; people run at 0.3 to 12 m/s")
    return speed


def _explain(message: str) -> str:
    """Add the nearest known key to msgspec's word on an unknown one."""
    found = re.search(r"unknown field `(?P<key>[^`]+)`(?: - at `\$\.?(?P<at>[^`]*)`)?", message)
    if "got `int` - at `$.coach.target`" in message:
        return 'coach.target is text: write target = "176", in quotes'
    if not found:
        return message.replace("$.", "").replace(" - at ", " at ")
    at = found["at"].replace("[...]", "").split(".") if found["at"] else []
    place: Any = Config
    for name in at:
        place = msgspec.structs.fields(place)[_names(place).index(name)].type
        place = next((p for p in typing.get_args(place) if _is_struct(p)), place)
    return _unknown(found["key"], _names(place), ".".join(at))


def _unknown(key: str, known: list[str], at: str = "") -> str:
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"
    return f"unknown key `{f'{at}.' if at else ''}{key}`; {hint}"


def _names(struct: type[Struct]) -> list[str]:
    return [f.name for f in msgspec.structs.fields(struct)]


def _is_struct(x: object) -> bool:
    return isinstance(x, type) and issubclass(x, Struct)
