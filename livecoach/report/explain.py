"""A session's events in; for each cue what was seen, what sounded, and what came of it, out.

The beats of one burst (none further than `_BURST_S` from the next) are one entry. An asking with
words and beats is two entries with the same outcome. Silences kept on purpose are entries, too.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from statistics import median
from typing import Literal, TypeAlias

from msgspec import Struct

from livecoach.model import METRICS, Cue, CueDropped, CueEffect, CuePlayed, Event

Kind: TypeAlias = Literal["beat", "speech", "tone", "silence"]
KINDS = ("cue", "cue_played", "cue_dropped", "cue_effect")
"""The events that this is made of."""

_BURST_S = 2.5
_TOGETHER_S = 3.0
_UNITS = {m.name: m.unit for m in METRICS}
_SIGNS = {"percent": " %", "deg": " deg", "points": " points"}
_LOCK = re.compile(r"; (in phase|leading the tempo|free tempo[^;]*)$")


class Explained(Struct, kw_only=True):
    """One cue, one burst of beats, or one silence on purpose.

    ``t`` and ``until_t`` are when it was to sound, first and last; ``heard`` of ``cues`` were
    played, ``late_s`` being the median lateness, ``not_heard`` says why others were not; ``lock``
    counts how its beats were placed. From ``t_asked`` on it is a `CueEffect`'s (``asked_for`` its
    ``kind``); all None where nothing was asked, or what came of it was not recorded.
    """

    t: float
    until_t: float
    kind: Kind
    phrase: str
    reason: str
    cues: int = 0
    heard: int = 0
    late_s: float | None = None
    not_heard: dict[str, int] = {}
    lock: dict[str, int] = {}
    t_asked: float | None = None
    asked_for: str | None = None
    means: str | None = None
    measure: str | None = None
    unit: str | None = None
    before: float | None = None
    after: float | None = None
    change: float | None = None
    held_n: int | None = None
    held_change: float | None = None
    effect: float | None = None
    effect_sd: float | None = None
    n: int | None = None
    mean_effect: float | None = None
    mean_effect_sd: float | None = None
    verdict: str | None = None
    why: str | None = None


_FIELDS = Explained.__struct_fields__
_OF_EFFECT = ("t_asked", *_FIELDS[_FIELDS.index("asked_for") + 1 :])


class _Entry:
    """An entry in the making: the cues of it."""

    def __init__(self, cue: Cue) -> None:
        self.cues = [cue]

    def joins(self, cue: Cue) -> bool:
        last = self.cues[-1]
        return cue.kind == last.kind == "beat" and cue.t_due - last.t_due <= _BURST_S

    def explained(self, played: dict[int, float], dropped: dict[int, str]) -> Explained:
        first, last = self.cues[0], self.cues[-1]
        late = [played[c.number] for c in self.cues if c.number in played]
        locks = [found[1] for c in self.cues if (found := _LOCK.search(c.reason))]
        return Explained(
            t=first.t_due,
            until_t=last.t_due,
            kind=first.kind,
            phrase="" if first.kind == "beat" else first.phrase,
            reason=_LOCK.sub("", first.reason),
            cues=len(self.cues),
            heard=len(late),
            late_s=median(late) if late else None,
            not_heard=dict(Counter(dropped[c.number] for c in self.cues if c.number in dropped)),
            lock=dict(Counter(locks)) if first.kind == "beat" else {},
        )


def explain(events: Iterable[Event]) -> list[Explained]:
    """Return what there is to tell of each cue, in order of time."""
    entries: list[_Entry] = []
    beats: _Entry | None = None
    effects: list[CueEffect] = []
    played: dict[int, float] = {}
    dropped: dict[int, str] = {}
    for event in events:
        match event:
            case Cue():
                if beats is not None and beats.joins(event):
                    beats.cues.append(event)
                    continue
                entries.append(_Entry(event))
                beats = entries[-1] if event.kind == "beat" else beats
            case CuePlayed():
                played[event.cue] = event.late_s
            case CueDropped():
                dropped[event.cue] = event.reason
            case CueEffect():
                effects.append(event)
            case _:
                pass
    rows = [_with_effect(entry.explained(played, dropped), entry, effects) for entry in entries]
    rows += [_silence(effect) for effect in effects if effect.cue is None]
    return sorted(rows, key=_order)


def _order(row: Explained) -> tuple[float, bool]:
    """Put the beats of an asking after its words."""
    return (row.t if row.t_asked is None else row.t_asked, row.kind == "beat")


def _with_effect(row: Explained, entry: _Entry, effects: list[CueEffect]) -> Explained:
    numbers = {cue.number for cue in entry.cues}
    decided = entry.cues[0].t_decided
    for effect in effects:
        asked = effect.cue is not None and effect.means != "words"
        begun = asked and 0 <= decided - effect.t_asked <= _TOGETHER_S
        if effect.cue in numbers or (row.kind == "beat" and begun):
            return _filled(row, effect)
    return row


def _silence(effect: CueEffect) -> Explained:
    row = Explained(
        t=effect.t_asked,
        until_t=effect.t_known,
        kind="silence",
        phrase="",
        reason=effect.reason,
    )
    return _filled(row, effect)


def _filled(row: Explained, effect: CueEffect) -> Explained:
    row.asked_for = effect.kind
    for name in _OF_EFFECT:
        setattr(row, name, getattr(effect, name))
    return row


def told(rows: Iterable[Explained]) -> Iterator[tuple[Explained, list[str]]]:
    """Say it for a person: what sounded, why then, what happened after.

    What came of words with beats is told once, with the beats.
    """
    every = list(rows)
    for k, row in enumerate(every):
        said = [_sounded(row), f"why    {row.reason}"]
        later = k + 1 < len(every) and every[k + 1].t_asked == row.t_asked
        if row.t_asked is None:
            asked = row.reason.startswith("step rate") or "your own" in row.reason
            yield row, [*said, "after  not recorded"] if asked else said
        else:
            yield row, said if later else [*said, *_after(row)]


def _sounded(row: Explained) -> str:
    lasted_s = row.until_t - row.t
    if row.kind == "silence":
        return f"silent on purpose for {lasted_s:.0f} s, to compare"
    heard = "heard" if row.heard == row.cues else f"{row.heard} of {row.cues} heard"
    if row.late_s is not None:
        heard += f", {1000 * row.late_s:.0f} ms late"
    if row.not_heard:
        heard += " (" + ", ".join(f"{n}: {why}" for why, n in row.not_heard.items()) + ")"
    if row.kind != "beat":
        return f'"{row.phrase}" {heard}' if row.kind == "speech" else f"tone {row.phrase}: {heard}"
    lock = ", ".join(f"{n} {how}" for how, n in row.lock.items())
    return f"{row.cues} beats in {lasted_s:.0f} s{': ' if lock else ''}{lock}; {heard}"


def _after(row: Explained) -> list[str]:
    measure = row.measure or ""
    if row.change is None or row.before is None or row.after is None:
        return [f"after  unknown: {row.why}"]
    unit = _SIGNS[row.unit or "percent"]
    after = f"after  {_name(measure)} {_number(measure, row.before)} -> "
    after += f"{_number(measure, row.after)}{_unit(measure)}, {_better(row.change, unit)}"
    if row.held_change is None or (row.kind != "silence" and row.effect is None):
        return [after, f"effect not known: {row.why}"]
    held = f"in silence {_better(row.held_change, unit)} ({_times(row.held_n)})"
    if row.effect is None:
        return [f"{after}; so far {held}"]
    known = "" if row.effect_sd is None else f" +- {row.effect_sd:.1f}"
    found = [f"{after}; {held}", f"effect {row.effect:+.1f}{known}{unit}: {row.verdict}"]
    if row.mean_effect is not None and (row.n or 0) > 1:
        sure = "" if row.mean_effect_sd is None else f" +- {row.mean_effect_sd:.1f}"
        found[1] += f"; asked like this so far {row.mean_effect:+.1f}{sure}{unit} ({_times(row.n)})"
    return found


def _times(n: int | None) -> str:
    return "1 time" if n == 1 else f"{n} times"


def _name(measure: str) -> str:
    words = measure.rpartition("_")[0] or measure
    return words.replace("_", " ")


def _number(measure: str, value: float) -> str:
    return f"{value:.1f}" if _UNITS.get(measure) in {"steps/min", "deg"} else f"{value:.3f}"


def _unit(measure: str) -> str:
    unit = _UNITS.get(measure, "ratio")
    return "" if unit == "ratio" else f" {unit}"


def _better(change: float, unit: str) -> str:
    return f"{abs(change):.1f}{unit} {'better' if change >= 0 else 'worse'}"
