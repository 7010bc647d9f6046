"""Three sentences in plain words: what changed, what else changed, what to try next.

Each is tied to a number and its uncertainty, or says that this is unknown. What lies within its
uncertainty is called no clear change. Nothing is said about injury or health.
"""

from livecoach.model import CueEffect
from livecoach.report import words
from livecoach.report.blocks import Change, change
from livecoach.report.gather import Own
from livecoach.report.review import Review
from livecoach.report.words import FORM, WORDS

_SPEED_CHANGE_RATIO = 0.03
_WELL_RATIO, _HALF_RATIO = 0.8, 0.5
_NEAR_RATIO = 0.01
RATE = "step_rate_spm"


def sentences(of: Review, own: Own | None) -> tuple[str, str, str]:
    """Return the three sentences."""
    return _cadence(of, own), _form(of, own), _next(of, own)


def coached_changes(of: Review, own: Own | None) -> dict[str, Change]:
    """Return how what was coached differs from the runner's own way, by measure."""
    section = of.parts.get("coached")
    if own is None or section is None:
        return {}
    before = own.section.means
    return {
        name: change(mean, before[name]) for name, mean in section.means.items() if name in before
    }


def _cadence(of: Review, own: Own | None) -> str:
    by = coached_changes(of, own).get(RATE)
    coached = of.parts.get("coached")
    if coached is None:
        return f"Nobody coached you: your cadence was {words.mean(RATE, of.whole.means[RATE])}."
    now = words.mean(RATE, coached.means[RATE])
    kept = ""
    if of.on_target_ratio is not None:
        kept = f", on target {words.percent(of.on_target_ratio)} of the time"
    if by is None or own is None:
        return f"With cues you ran at {now}{kept}; how you run without them is not known."
    where = "before the first cue" if own.here else "in an earlier run nobody coached"
    was = words.mean(RATE, own.section.means[RATE], unit=False)
    if not words.clear(RATE, by):
        told = words.changed(RATE, by)
        return f"Your cadence with cues was {now}, {was} {where}: no clear change ({told}){kept}."
    to = words.mean(RATE, coached.means[RATE], unit=False)
    how = WORDS[RATE].more if by.value > 0 else WORDS[RATE].less
    return f"Your steps got {how} with cues: {words.changed(RATE, by)}, to {to}{kept}."


def _form(of: Review, own: Own | None) -> str:
    changes = {n: c for n, c in coached_changes(of, own).items() if n in FORM}
    if not any(name in of.whole.means for name in FORM):
        return f"How you land and bounce is unknown: {words.why_unknown('contact_time_s', of)}."
    if not changes:
        name = next(name for name in FORM if name in of.whole.means)
        value = words.mean(name, of.whole.means[name])
        return f"{WORDS[name].name} was {value}; there is nothing of your own to compare it with."
    clear = [n for n in FORM if n in changes and words.clear(n, changes[n])]
    if not clear:
        some = ", ".join(f"{WORDS[n].name.lower()} {words.changed(n, changes[n])}" for n in changes)
        return f"Nothing else changed clearly: {some}."
    some = ", ".join(_clear(name, changes[name]) for name in clear[:2])
    return f"{some[0].upper()}{some[1:]}{_speed_note(of, own)}."


def _clear(name: str, by: Change) -> str:
    how = WORDS[name].more if by.value > 0 else WORDS[name].less
    return f"{WORDS[name].name.lower()} got {how} ({words.changed(name, by)})"


def _speed_note(of: Review, own: Own | None) -> str:
    """Say when another speed may be what changed the rest."""
    section = of.parts.get("coached")
    now = None if section is None else section.means.get("speed_mps")
    before = None if own is None else own.section.means.get("speed_mps")
    if now is None or before is None:
        return "; your speed is not known, and another speed changes this, too"
    ratio = now.value / before.value - 1.0
    if abs(ratio) <= _SPEED_CHANGE_RATIO:
        return " at the same speed"
    return f"; you also ran {words.percent(abs(ratio))} {'faster' if ratio > 0 else 'slower'}"


def _next(of: Review, own: Own | None) -> str:
    rate = (of.parts.get("alone") or of.whole).means[RATE]
    if not of.wish:
        said = words.mean(RATE, rate)
        return f"Next time, set a target: you ran at {said}, --target +5% asks for a little more."
    if of.origin == "recording":
        return (
            f"This runner did not hear these cues: it is a recording, and {_effect_of(of)}. "
            "Try the same settings on a live run."
        )
    kept = kept_gain(of, own)
    if kept is not None:
        return _after_alone(kept)
    return _by_effect(of)


def kept_gain(of: Review, own: Own | None) -> Change | None:
    """Return the share of the gain that was kept without cues, with its margin.

    (rate alone - own) / (target - own), over the whole time alone; the own rate is that of this run
    or, without one, the baseline of an earlier run, whose uncertainty is not known.
    """
    alone, target = of.parts.get("alone"), of.target_spm
    if alone is None or target is None or of.retention is None:
        return None
    base = of.baseline_spm
    if base is None or abs(target - base) < _NEAR_RATIO * base:
        return None
    rate, before = alone.means[RATE], None
    if own is not None and own.here:
        before = own.section.means.get(RATE)
    margin = rate.margin if before is None else change(rate, before).margin
    gain = target - base
    return Change((rate.value - base) / gain, None if margin is None else margin / abs(gain))


def gain_text(kept: Change) -> str:
    """Return the share of the gain kept, with its margin."""
    if kept.margin is None:
        return f"{words.percent(kept.value)} (uncertainty unknown)"
    return words.minus(
        f"{100 * kept.value:.0f}{words.PLUS_MINUS}{100 * kept.margin:.0f}{words.spaced('%')}"
    )


def _after_alone(kept: Change) -> str:
    lead = f"On your own you kept {gain_text(kept)} of the gain"
    if kept.value >= _WELL_RATIO:
        return f"{lead}: next time, the same target with fewer cues."
    if kept.value >= _HALF_RATIO:
        return f"{lead}: next time, the same target, and listen for your own rhythm between cues."
    return f"{lead}: next time the same again, and go on in the rhythm when the beats stop."


def latest_effects(of: Review) -> list[CueEffect]:
    """Return the newest word on each way of asking, most often tried first."""
    newest: dict[tuple[str, str, str, str], CueEffect] = {}
    for effect in of.effects:
        if effect.means != "silence":
            newest[effect.kind, effect.means, effect.phrase, effect.measure] = effect
    return sorted(newest.values(), key=lambda e: -e.n)


def _effect_of(of: Review) -> str:
    known = [e for e in latest_effects(of) if e.mean_effect is not None]
    if not known:
        asked = sum(e.means != "silence" for e in of.effects)
        return f"what changed after {asked} of them (how much is unknown) is no effect of theirs"
    return f"what changed after them ({words.effect_text(known[0])}) is no effect of theirs"


def _by_effect(of: Review) -> str:
    known = [e for e in latest_effects(of) if e.mean_effect is not None]
    if not known:
        asked = sum(e.means != "silence" for e in of.effects)
        return (
            f"Whether cues help you is unknown after {asked} of them: a longer run, of 25 minutes "
            "and more, can tell."
        )
    first = known[0]
    lead = f"Asking for {words.asked_for(first.kind)} changed it by {words.effect_text(first)}"
    lead += f" against silence ({words.times(first.n)})"
    if first.verdict == "helped":
        return f"{lead}: next time the same, and some minutes without cues at the end."
    if first.verdict == "worse":
        return f"{lead}: next time, a smaller target."
    return f"{lead}, not clear yet: next time the same target, to find out."
