"""A recorded run through changed settings: which cues would have been others.

The inputs go through the same code twice, with the settings of the record and with the changed
ones, so every difference comes from the settings. What a what-if cannot know: how the runner would
have answered. Their steps are the recorded ones, also after a cue they never heard.

A recorded input says of a cue, by its number, that it was played or dropped. It is handed on to the
same cue (kind, words, when) of the changed run under its number there; of a cue that was not in the
record nobody knows, and it counts as heard.
"""

import difflib
from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from livecoach.config import Config, override, settled
from livecoach.errors import ConfigError
from livecoach.model import Cue, Dropped, Event, Input, Played, Profile, Target
from livecoach.report.explain import KINDS, Explained, explain
from livecoach.session.known import pipeline_of

UNKNOWABLE = (
    "How the runner would have answered is not known: the steps are the recorded ones, "
    "whatever was heard."
)
_NEAR_S = 1.0
_WITHOUT_EFFECT = ("sources", "mount", "audio.", "devices.", "runner.name")
_TAKEN: dict[str, bool | None] = {"true": True, "false": False, "none": None, "null": None}

_Sound: TypeAlias = tuple[str, str, float]


class Side(Struct):
    """What one run brought: cues by kind (a silence on purpose is one), and the last target."""

    counts: dict[str, int]
    target_spm: float | None


class WhatIf(Struct):
    """What changed settings change.

    ``same`` counts the cues that are the same in both, ``first`` is the first that differs, there
    and here (None: no more of them; of both: all are the same). ``only_recorded`` and
    ``only_what_if`` are bursts, remarks and silences that begin in one of them only. ``notes`` says
    what cannot be known, and which settings cannot make a difference here.
    """

    session_id: str
    changes: dict[str, tuple[object, object]]
    inputs: int
    recorded: Side
    what_if: Side
    same: int
    first: tuple[Cue | None, Cue | None] | None
    only_recorded: list[Explained]
    only_what_if: list[Explained]
    notes: list[str]


def changed(config: Config, wishes: Iterable[str]) -> tuple[Config, dict[str, tuple[object, Any]]]:
    """Return settings with ``KEY=VALUE`` changes, and each full key's former and new value.

    A short key (``target``) stands for the only one of that name (``coach.target``).

    Raises
    ------
    ConfigError
        A wish is not KEY=VALUE, its key unknown or that of several settings, its value impossible.
    """
    table = flat(msgspec.to_builtins(config))
    found: dict[str, str] = {}
    for wish in wishes:
        key, sign, value = wish.partition("=")
        if not sign:
            raise ConfigError("--what-if", f"{wish!r} is not like target=180")
        full = _full(key.strip(), list(table))
        if full in found:
            raise ConfigError("--what-if", f"{full} is changed twice")
        found[full] = value.strip()
    values = {key: _value(table[key], text) for key, text in found.items()}
    if "audio.language" in values and "coach.phrases" not in values:
        values["coach.phrases"] = ""
    after = settled(_override(config, values, found))
    now = flat(msgspec.to_builtins(after))
    return after, {key: (table[key], now.get(key)) for key in found}


def flat(table: dict[str, Any], at: str = "") -> dict[str, Any]:
    """Return the settings under their full keys; the coach's words are one setting."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict) and value and at + key != "coach.phrases":
            found |= flat(value, f"{at}{key}.")
        else:
            found[at + key] = value
    return found


def _full(key: str, known: list[str]) -> str:
    if key in known:
        return key
    fitting = [full for full in known if full.endswith(f".{key}")]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise ConfigError("--what-if", f"`{key}` may be {' or '.join(fitting)}: give all of it")
    names = {full.rpartition(".")[2]: full for full in known} | {full: full for full in known}
    near = difflib.get_close_matches(key, list(names), n=1)
    hint = f"did you mean `{names[near[0]]}`?" if near else "configs/treadmill.toml shows them all"
    raise ConfigError("--what-if", f"unknown key `{key}`; {hint}")


def _value(before: object, text: str) -> object:
    """Read a value as the setting's own kind, and as TOML has it where that is not told."""
    if isinstance(before, str):
        return text
    if text.lower() in _TAKEN:
        return _TAKEN[text.lower()]
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _override(config: Config, values: dict[str, object], told: dict[str, str]) -> Config:
    """Set values; one that reads as a number where text is meant is the text."""
    try:
        return override(config, values, "--what-if")
    except ConfigError:
        texts = {k: told[k] if isinstance(v, int | float) else v for k, v in values.items()}
        if texts == values or any(isinstance(v, bool) for v in values.values()):
            raise
        try:
            return override(config, texts, "--what-if")
        except ConfigError:
            pass
        raise


class _Run:
    """One of the two runs: inputs in, cues kept."""

    def __init__(self, config: Config, profile: Profile) -> None:
        self._pipeline = pipeline_of(config, profile)
        self.events: list[Event] = []
        self.cues: list[Cue] = []
        self.numbers: dict[_Sound, int] = {}
        self.target_spm: float | None = None

    def update(self, x: Input) -> None:
        """Take an input."""
        for event in self._pipeline.update(x):
            if isinstance(event, Target):
                self.target_spm = event.target_spm
            elif event.__struct_config__.tag in KINDS:
                self.events.append(event)
                if isinstance(event, Cue):
                    self.cues.append(event)
                    self.numbers[_sound(event)] = event.number


class Comparison:
    """Inputs in, what changed settings change out.

    Parameters
    ----------
    before, after
        The settings.
    profile
        What was known of the runner.
    """

    def __init__(self, before: Config, after: Config, profile: Profile) -> None:
        own = after.runner.baseline
        told = profile
        if own != before.runner.baseline:
            told = msgspec.structs.replace(profile, baselines=() if own is None else (own,))
        self._recorded, self._what_if = _Run(before, profile), _Run(after, told)
        self._sounds: dict[int, _Sound] = {}
        self._seen = 0
        self.inputs = 0

    def update(self, x: Input) -> None:
        """Take a recorded input."""
        self.inputs += 1
        self._recorded.update(x)
        for cue in self._recorded.cues[self._seen :]:
            self._sounds[cue.number] = _sound(cue)
        self._seen = len(self._recorded.cues)
        if isinstance(x, Played | Dropped):
            sound = self._sounds.get(x.cue)
            number = None if sound is None else self._what_if.numbers.get(sound)
            if number is None:
                return
            x = msgspec.structs.replace(x, cue=number)
        self._what_if.update(x)

    def result(self, session_id: str, changes: dict[str, tuple[object, Any]]) -> WhatIf:
        """Return the difference."""
        one, two = self._recorded, self._what_if
        rows, others = explain(one.events), explain(two.events)
        same = Counter(map(_sound, one.cues)) & Counter(map(_sound, two.cues))
        return WhatIf(
            session_id=session_id,
            changes=changes,
            inputs=self.inputs,
            recorded=Side(_counts(rows), one.target_spm),
            what_if=Side(_counts(others), two.target_spm),
            same=sum(same.values()),
            first=_first(one.cues, two.cues),
            only_recorded=_only(rows, others),
            only_what_if=_only(others, rows),
            notes=[UNKNOWABLE, *_idle(changes)],
        )


def _sound(cue: Cue) -> _Sound:
    return cue.kind, cue.phrase, cue.t_due


def _counts(rows: list[Explained]) -> dict[str, int]:
    counts = dict.fromkeys(("beat", "speech", "tone", "silence"), 0)
    for row in rows:
        counts[row.kind] += row.cues or 1
    return counts


def _first(one: list[Cue], two: list[Cue]) -> tuple[Cue | None, Cue | None] | None:
    for k in range(max(len(one), len(two))):
        a, b = (cues[k] if k < len(cues) else None for cues in (one, two))
        if a is None or b is None or _sound(a) != _sound(b):
            return a, b
    return None


def _only(rows: list[Explained], others: list[Explained]) -> list[Explained]:
    """Return what begins in one run and not, within a second, in the other."""
    left = list(others)
    found = []
    for row in rows:
        for other in left:
            alike = (row.kind, row.phrase) == (other.kind, other.phrase)
            if alike and abs(row.t - other.t) <= _NEAR_S:
                left.remove(other)
                break
        else:
            found.append(row)
    return found


def _idle(changes: dict[str, tuple[object, Any]]) -> list[str]:
    """Say which changes cannot make a difference, for what they decide is in the record."""
    return [
        f"{key} decides what comes in or how it sounds: the record keeps what was."
        for key in changes
        if key.startswith(_WITHOUT_EFFECT) and key != "audio.language"
    ]
