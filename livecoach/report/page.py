"""A review -> one HTML page that needs nothing else: no script, no font, no picture to be fetched.

Everything that comes from a session is escaped here. The page forbids itself to load anything
(Content-Security-Policy). On paper it is one A4 page: what is long (the list of every cue) is for
the screen only, and tables are cut where they say so.
"""

import html
from datetime import datetime
from importlib import resources

from livecoach import __version__
from livecoach.report import figures, words
from livecoach.report.blocks import Change, Mean
from livecoach.report.explain import told
from livecoach.report.gather import Own
from livecoach.report.review import Review
from livecoach.report.sentences import (
    coached_changes,
    gain_text,
    kept_gain,
    latest_effects,
    sentences,
)
from livecoach.report.words import FORM, WORDS
from livecoach.session.achieved import WITHIN_RATIO
from livecoach.sinks.lines import clock

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_RUNS = 5
_NAME = 40
_DASH = "\N{EN DASH}"
_SPACE = "\N{NO-BREAK SPACE}"
_KINDS = {
    "live": "",
    "recording": "A recording was coached here: its runner never heard these cues.",
    "simulation": "SIMULATED: this runner is made of physics and random numbers, not a person.",
}
_LEADS = ("What happened", "What else", "What next")


def page(of: Review, before: list[Review], own: Own | None) -> str:
    """Return the page.

    Parameters
    ----------
    of
        The session.
    before
        Earlier ones of the same runner, newest first.
    own
        The runner's own way of running, where it is known.
    """
    title = f"{_name(of.runner)}, {_date(of.started_at)}"
    style = resources.files("livecoach.report").joinpath("page.css").read_text(encoding="utf-8")
    form = figures.form(of, own)
    parts = [
        _head(of, title),
        _said(of, own),
        _cadence(of, own),
        f'<figure class="long">{form}</figure>' if form else "",
        _measures(of, own),
        _pair(_cues(of), f"<div>{_alone(of, own)}{_sides(of)}</div>"),
        _earlier(of, before),
        _every_cue(of),
        _foot(of, own, first=not before),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_safe(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _safe(text: str) -> str:
    """Return text as it may stand anywhere in the page."""
    return html.escape("".join(c if c.isprintable() or c == _SPACE else "?" for c in text))


def _name(runner: str) -> str:
    return runner if len(runner) <= _NAME else f"{runner[: _NAME - 1]}…"


def _date(text: str) -> str:
    """Return a date in this machine's time zone, as it stands where it is damaged."""
    try:
        return f"{datetime.fromisoformat(text).astimezone():%-d %B %Y, %H:%M}"
    except (ValueError, OverflowError, OSError):
        return text[:_NAME]


def _head(of: Review, title: str) -> str:
    name, _, date = title.partition(", ")
    kind = f'<p class="kind">{_KINDS[of.origin]}</p>' if _KINDS[of.origin] else ""
    far = "unknown" if of.distance_m is None else f"{of.distance_m / 1000:.2f} km"
    target = "none" if not of.wish else of.wish.replace("%", " %")
    if of.target_spm is not None:
        target = f"{of.target_spm:.0f}" + (f" ({target})" if "%" in target else "")
    on = "unknown" if of.on_target_ratio is None else words.percent(of.on_target_ratio)
    heart = "unknown" if of.heart_bpm is None else f"{of.heart_bpm.value:.0f} bpm"
    rate = f"{of.whole.means['step_rate_spm'].value:.1f}"
    facts = (
        ("length", clock(of.duration_s)),
        ("distance", far),
        ("mean cadence", rate),
        ("target", target),
        ("on target", on),
        ("heart rate", heart),
    )
    cells = "".join(f"<div><dt>{k}</dt><dd>{_safe(v)}</dd></div>" for k, v in facts)
    cut = "" if of.ended else " · cut off"
    return (
        f"<header><h1>{_safe(name)}</h1><p>{_safe(date)}{cut}</p></header>\n"
        f'{kind}\n<dl class="facts">{cells}</dl>'
    )


def _said(of: Review, own: Own | None) -> str:
    lines = zip(_LEADS, sentences(of, own), strict=True)
    items = "".join(f"<li><b>{k}</b><span>{_safe(v)}</span></li>" for k, v in lines)
    return f'<ul class="said">{items}</ul>'


def _pair(left: str, right: str) -> str:
    return f'<div class="pair">{left}{right}</div>'


def _cadence(of: Review, own: Own | None) -> str:
    gaps = "means over 10 s; gaps: nobody ran, or not seen well"
    note = f"target: {of.target_reason}, band ± {100 * WITHIN_RATIO:.1f} %; {gaps}"
    if of.target_spm is None:
        note = f"no target{f': {of.target_reason}' if of.wish else ''}; {gaps}"
    return (
        f"<section><h2>Cadence <small>{_safe(note)}</small></h2>"
        f'<figure class="long">{figures.cadence(of, own)}</figure></section>'
    )


def _measures(of: Review, own: Own | None) -> str:
    changes = coached_changes(of, own)
    names = [n for n in WORDS if n in FORM or n in of.whole.means or n == "step_rate_spm"]
    rows = []
    for name in names:
        w = WORDS[name]
        head = f"<th scope=row>{w.name} <small>{w.unit}</small></th>"
        if name not in of.whole.means:
            if name in FORM:
                why = _safe(words.why_unknown(name, of))
                rows.append(f"<tr>{head}<td colspan=4 class=unknown>unknown: {why}</td></tr>")
            continue
        cells = [
            _mean(name, None if own is None else own.section.means.get(name)),
            *(
                _mean(name, section.means.get(name) if section is not None else None)
                for section in (of.parts.get("coached"), of.parts.get("alone"))
            ),
        ]
        by = changes.get(name)
        strong = " clear" if by is not None and words.clear(name, by) else ""
        text = _DASH if by is None else words.changed(name, by).removesuffix(words.spaced(w.unit))
        cells.append(f'<td class="n{strong}">{_safe(text)}</td>')
        rows.append(f"<tr>{head}{''.join(cells)}</tr>")
    where = "your own" if own is None or own.here else "your own, earlier"
    return (
        "<section><h2>Against your own way of running</h2><div class=scroll><table><thead><tr>"
        f"<td></td><th class=n scope=col>{where}</th><th class=n scope=col>with cues</th>"
        "<th class=n scope=col>alone at the end</th><th class=n scope=col>change with cues</th>"
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div></section>"
    )


def _mean(name: str, value: Mean | None) -> str:
    if value is None:
        return f'<td class="n unknown">{_DASH}</td>'
    return f'<td class="n">{_safe(words.mean(name, value, unit=False))}</td>'


def _cues(of: Review) -> str:
    known = latest_effects(of)
    figure = figures.effects(known)
    heard = sum(row.heard for row in of.cues)
    beats = sum(row.heard for row in of.cues if row.kind == "beat")
    said = f"{beats or 'No'} beats and {heard - beats or 'no'} words or tones were heard."
    if not known:
        text = "Nobody was asked for anything: there is no effect to tell of."
        return f"<section><h2>Did the cues help?</h2><p>{text} {said}</p></section>"
    drawn = f"<figure>{figure}</figure>" if figure else ""
    asked = sum(e.means != "silence" for e in of.effects)
    rest = len(known) - figures.WAYS
    more = f" {rest} more ways were tried less often." if rest > 0 else ""
    unknown = (
        "" if figure else f"<p>Unknown: {asked} askings, too few silences to compare with.</p>"
    )
    return (
        f"<section><h2>Did the cues help?</h2>{drawn}{unknown}<p class=note>{said} Change towards "
        "what was asked for, less that in silences kept on purpose; earlier sessions count, too. "
        f"± two standard errors; hollow: not known.{more}</p></section>"
    )


def _alone(of: Review, own: Own | None) -> str:
    kept = kept_gain(of, own)
    title = "<h2>What you keep without cues</h2>"
    if of.retention is None:
        text = "Unknown: this session had no time without cues at its end."
        return f"<section>{title}<p>{text}</p>"
    lasted = clock(of.retention.lasted_s)
    if kept is None:
        why = _safe(of.retention.reason)
        return f"<section>{title}<p>In the last {lasted}: unknown ({why}).</p>"
    on = of.retention.whole_on_target_ratio
    near = "" if on is None else f", within the coach's own band {words.percent(on)} of the time"
    return (
        f"<section>{title}<p>In the last {lasted} you kept <span class=clear>"
        f"{_safe(gain_text(kept))}</span> of the gain{near}. "
        f"<span class=unknown>{_safe(of.retention.reason)}</span></p></section>"
    )


def _sides(of: Review) -> str:
    title = "<section><h2>Left and right</h2>"
    rows = []
    for name in ("contact_time_s", "step_rate_spm", "vertical_oscillation_m", "speed_loss_mps"):
        left, right = of.whole.left.get(name), of.whole.right.get(name)
        pairs = of.whole.apart.get(name)
        if left is None or right is None or pairs is None:
            continue
        by = Change(pairs.value, pairs.margin)
        strong = " clear" if words.clear(name, by) else ""
        said = words.changed(name, by).removesuffix(words.spaced(WORDS[name].unit))
        rows.append(
            f"<tr><th scope=row>{WORDS[name].name} <small>{WORDS[name].unit}</small></th>"
            f"{_mean(name, left)}{_mean(name, right)}"
            f'<td class="n{strong}">{_safe(said)}</td></tr>'
        )
    if not rows:
        why = "a foot pod" if not of.mounts else "this sensor"
        text = f"Unknown: {why} did not tell left from right."
        return f"{title}<p>{text}</p></section>"
    return (
        f"{title}<div class=scroll><table><thead><tr><td></td><th class=n scope=col>left</th>"
        "<th class=n scope=col>right</th><th class=n scope=col>left less right</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div></section>"
    )


def _earlier(of: Review, before: list[Review]) -> str:
    if not before:
        return ""
    title = "<h2>Earlier runs</h2>"
    known = [n for n in FORM if n in of.whole.means]
    names = ["step_rate_spm", *known]
    if "speed_loss_mps" in known:
        names = [n for n in names if n != "expected_braking_mps"]
    heads = "".join(
        f"<th class=n scope=col>{WORDS[n].name.lower()} <small>{WORDS[n].unit}</small></th>"
        for n in names
    )
    rows = "".join(_run(r, of, names) for r in (of, *before[:_RUNS]))
    return (
        f"<section>{title}<div class=scroll><table><thead><tr><td></td>{heads}"
        "<th class=n scope=col>target</th><th class=n scope=col>on target</th>"
        "<th class=n scope=col>kept alone</th></tr></thead>"
        f'<tbody class="runs">{rows}</tbody></table></div></section>'
    )


def _run(r: Review, of: Review, names: list[str]) -> str:
    """Return a run's row; what another place of the sensor measured is not compared."""
    means = r.whole.means if r.mounts == of.mounts else {}
    cells = [_mean(n, (means if n in FORM else r.whole.means).get(n)) for n in names]
    kept = None if r.retention is None else r.retention.whole_kept_ratio
    target = _DASH if r.target_spm is None else f"{r.target_spm:.0f}"
    shares = [_DASH if x is None else words.percent(x) for x in (r.on_target_ratio, kept)]
    when = "this run" if r is of else _short(r.started_at)
    return (
        f"<tr><th scope=row>{_safe(when)} <small>{clock(r.duration_s)}</small></th>{''.join(cells)}"
        + "".join(f'<td class="n">{_safe(text)}</td>' for text in (target, *shares))
        + "</tr>"
    )


def _short(text: str) -> str:
    try:
        return f"{datetime.fromisoformat(text).astimezone():%-d %b, %H:%M}"
    except (ValueError, OverflowError, OSError):
        return text[:10]


def _every_cue(of: Review) -> str:
    rows = "".join(
        f'<tr><td class="n">{clock(row.t)}</td><td>{"<br>".join(map(_safe, lines))}</td></tr>'
        for row, lines in told(of.cues)
    )
    if not rows:
        return ""
    return (
        f"<details><summary>Every cue, and what came of it ({len(of.cues)})</summary>"
        f"<div class=scroll><table><tbody>{rows}</tbody></table></div></details>"
    )


def _foot(of: Review, own: Own | None, *, first: bool) -> str:
    alone = "No earlier runs in this folder. " if first else ""
    kinds = {"pod": "foot pod", "heart": "heart rate"}
    sensors = "; ".join(
        f"{_name(s.name)} ({s.mount or kinds.get(s.kind, s.kind)})" for s in of.sensors[:4]
    )
    whence = "Your own way of running is not known: too little running that nobody coached."
    if own is not None:
        span = f"{clock(own.section.start_s)} to {clock(own.section.end_s)}"
        run = "this run" if own.here else f"session {own.session_id}"
        whence = f"Your own: {span} of {run}, before the first cue."
    return (
        f"<footer><p>{_safe(whence)} Bold: clearly changed. ± is half of a 95 % interval, from "
        "means over blocks of 20 s because steps in a row are alike; a slow drift makes it too "
        "narrow. Of twenty comparisons one looks clear by chance. Unknown: these sensors cannot "
        "know it. Bounce and speed loss are the sensor's: compare with your own only. Expected "
        "braking is computed from speed, contact and step time. Nothing here is about health.</p>"
        f"<p>{_safe(sensors or 'Sensors not told')}. {_safe(alone)}livecoach {__version__}, "
        f"session {_safe(of.session_id)}.</p></footer>"
    )
