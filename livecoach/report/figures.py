"""A review -> SVG figures with text as text, in the colours of the page that holds them.

Only this module needs matplotlib. Its colours are stand-ins which become CSS variables, so that one
figure fits light and dark screens and paper. Ids are made unique per figure, and nothing of date or
machine is in it: the same session gives the same bytes.
"""

import html
import io
import math
import re
import warnings
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from livecoach.model import CueEffect
from livecoach.report.blocks import Floats
from livecoach.report.gather import Own
from livecoach.report.review import Review
from livecoach.report.words import WORDS, effect_text, minus, times, way
from livecoach.session.achieved import WITHIN_RATIO
from livecoach.sinks.lines import plain

_COLOURS = {
    "ink": "#010203",
    "muted": "#010204",
    "rule": "#010205",
    "measured": "#010206",
    "target": "#010207",
    "band": "#010208",
    "own": "#010209",
    "shade": "#01020a",
}
_INK, _MUTED, _RULE, _MEASURED, _TARGET, _BAND, _OWN, _SHADE = _COLOURS.values()
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "livecoach",
    "font.family": "sans-serif",
    "font.size": 8.0,
    "text.color": _INK,
    "text.parse_math": False,
    "axes.edgecolor": _RULE,
    "axes.labelcolor": _MUTED,
    "axes.linewidth": 0.6,
    "xtick.color": _RULE,
    "ytick.color": _RULE,
    "xtick.labelcolor": _MUTED,
    "ytick.labelcolor": _MUTED,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0.0,
    "lines.solid_capstyle": "round",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}
_WIDTH_IN = 7.5
_LANES = ("beats", "words", "silence")
_SHOWN = 4
WAYS = 3
"""So many ways of asking are drawn."""
_LONGEST = 38
_SPACE = "\N{NO-BREAK SPACE}"


def cadence(of: Review, own: Own | None) -> str:
    """Draw the step rate with the target's band, and below it what sounded when."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH_IN, 2.3))
        upper, lower = figure.subplots(
            2, 1, sharex=True, gridspec_kw={"height_ratios": [1.0, 0.27], "hspace": 0.06}
        )
        figure.subplots_adjust(left=0.075, right=0.91, top=0.98, bottom=0.13)
        _rate(upper, of, own)
        _lanes(lower, of)
        for axes in (upper, lower):
            _alone(axes, of)
        _name_alone(lower, of)
        text = f"Cadence of each ten seconds with the target and its band of {_band()}, and the "
        return _svg(figure, "cadence", f"{text}times of beats, words and silences below.")


def _band() -> str:
    return f"± {100 * WITHIN_RATIO:.1f} percent"


def _rate(axes: Axes, of: Review, own: Own | None) -> None:
    t, rate = of.lines["step_rate_spm"]
    end = of.duration_s / 60.0
    edges = [when / 60.0 for when, _ in of.targets] + [end]
    goals = np.array([math.nan if spm is None else spm for _, spm in of.targets] + [math.nan])
    if len(goals) > 1:
        goals[-1] = goals[-2]
    low, high = goals * (1 - WITHIN_RATIO), goals * (1 + WITHIN_RATIO)
    axes.fill_between(edges, low, high, step="post", color=_BAND, lw=0)
    axes.plot(edges, goals, drawstyle="steps-post", color=_TARGET, lw=1.1)
    base = own.section.means["step_rate_spm"].value if own is not None else of.baseline_spm
    marks = []
    if base is not None:
        axes.axhline(base, color=_OWN, lw=0.9, dashes=(4, 3))
        marks.append((base, f"own {base:.0f}", _OWN))
    if of.target_spm is not None:
        marks.append((of.target_spm, f"target {of.target_spm:.0f}", _TARGET))
    axes.plot(t / 60.0, rate, color=_MEASURED, lw=1.3)
    low_end, high_end = _range(
        rate, [*(value for value, _, _ in marks), *high[np.isfinite(high)][-1:]]
    )
    axes.set_ylim(low_end, high_end)
    axes.set_xlim(0, end)
    _labels(axes, marks, (high_end - low_end) * 0.085)
    axes.set_ylabel("steps/min")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.grid(axis="y", color=_RULE, lw=0.5, alpha=0.7)
    axes.set_axisbelow(True)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(bottom=False)


def _range(rate: Floats, marks: list[float]) -> tuple[float, float]:
    """Return what to show: the marks, and all but the wildest of the steps."""
    known = rate[np.isfinite(rate)]
    low, high = (float(np.quantile(known, q)) for q in (0.02, 0.98))
    low, high = min(low, *marks, high - 6.0), max(high, *marks, low + 6.0)
    edge = 0.06 * (high - low)
    return low - edge, high + edge


def _labels(axes: Axes, marks: list[tuple[float, str, str]], apart: float) -> None:
    """Write names beside lines, from below, apart from each other."""
    lowest = -math.inf
    for value, text, colour in sorted(marks):
        y = lowest = max(value, lowest + apart)
        axes.annotate(
            text,
            (1.0, y),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=colour,
        )


def _lanes(axes: Axes, of: Review) -> None:
    for lane, name in enumerate(_LANES):
        y = len(_LANES) - 1 - lane
        axes.axhline(y, color=_RULE, lw=0.4, alpha=0.6)
        for cue in of.cues:
            kind = {"beat": "beats", "speech": "words", "silence": "silence"}.get(cue.kind)
            if kind != name:
                continue
            start = cue.t / 60.0
            end = max(cue.until_t / 60.0, start + 0.002 * of.duration_s / 60.0)
            if kind == "words":
                heard = _INK if cue.heard else "none"
                axes.plot([start], [y], marker="v", ms=4.2, mfc=heard, mec=_INK, mew=0.7)
            elif kind == "beats":
                axes.plot([start, end], [y, y], color=_TARGET, lw=3.2, solid_capstyle="butt")
            else:
                axes.plot([start, end], [y, y], color=_MUTED, lw=1.6, ls=(0, (1, 1)))
    axes.set_ylim(-0.7, len(_LANES) - 0.3)
    axes.set_yticks(range(len(_LANES)), list(reversed(_LANES)))
    axes.set_xlabel("minutes", labelpad=1.0)
    axes.xaxis.set_major_locator(MaxNLocator(12, integer=True))


def _alone(axes: Axes, of: Review) -> None:
    alone = of.parts.get("alone")
    if alone is None or of.retention is None:
        return
    axes.axvspan(alone.start_s / 60.0, alone.end_s / 60.0, color=_SHADE, lw=0, zorder=0)


def _name_alone(axes: Axes, of: Review) -> None:
    alone = of.parts.get("alone")
    if alone is not None and of.retention is not None:
        middle = (alone.start_s + alone.end_s) / 120.0
        axes.annotate("on your own", (middle, 1.0), va="center", ha="center", color=_MUTED)


def form(of: Review, own: Own | None) -> str | None:
    """Draw how braking, bounce and contact time went, with the runner's own; None: all unknown."""
    names = [n for n in WORDS if n not in {"step_rate_spm", "speed_mps"} and n in of.lines]
    names = names[:_SHOWN]
    if not names:
        return None
    with rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH_IN, 1.28))
        every = figure.subplots(1, len(names), squeeze=False)[0]
        figure.subplots_adjust(left=0.06, right=0.985, top=0.84, bottom=0.27, wspace=0.28)
        for axes, name in zip(every, names, strict=True):
            _course(axes, of, own, name)
            _alone(axes, of)
        shown = ", ".join(WORDS[n].name.lower() for n in names)
        text = f"Course of {shown}, each with the band of your own way of running."
        return _svg(figure, "form", text)


def _course(axes: Axes, of: Review, own: Own | None, name: str) -> None:
    words = WORDS[name]
    t, values = of.lines[name]
    shown = values * words.scale
    before = None if own is None else own.section.means.get(name)
    if before is not None:
        base, margin = before.value * words.scale, (before.margin or 0.0) * words.scale
        axes.axhspan(base - margin, base + margin, color=_OWN, alpha=0.22, lw=0)
        axes.axhline(base, color=_OWN, lw=0.9, dashes=(4, 3))
    axes.plot(t / 60.0, shown, color=_MEASURED, lw=1.1)
    known = shown[np.isfinite(shown)]
    middle = float(np.median(known))
    spread = 1.3 * float(np.quantile(np.abs(known - middle), 0.97))
    half = max(spread, 0.08 * abs(middle), 10.0**-words.digits)
    if before is not None:
        half = max(half, 1.2 * abs(before.value * words.scale - middle))
    axes.set_ylim(middle - half, middle + half)
    axes.set_xlim(0, of.duration_s / 60.0)
    axes.set_title(f"{words.name}, {words.unit}", fontsize=8.0, loc="left", color=_INK, pad=4.0)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.grid(axis="y", color=_RULE, lw=0.5, alpha=0.7)
    axes.set_xlabel("minutes", labelpad=1.0)


def effects(known: list[CueEffect]) -> str | None:
    """Draw what each way of asking has done, with twice its standard error; None: nothing known."""
    rows = [e for e in known if e.mean_effect is not None][:WAYS]
    if not rows:
        return None
    with rc_context(_STYLE):
        figure = Figure(figsize=(4.3, 0.5 + 0.35 * len(rows)))
        axes = figure.subplots()
        figure.subplots_adjust(left=0.04, right=0.96, top=1.0, bottom=0.38 / figure.get_figheight())
        axes.axvline(0.0, color=_MUTED, lw=0.8)
        for y, effect in enumerate(reversed(rows)):
            _effect(axes, y, effect)
        reach = max(abs(e.mean_effect or 0.0) + 2 * (e.mean_effect_sd or 0.0) for e in rows)
        axes.set_xlim(-max(1.2 * reach, 1.0), max(1.2 * reach, 1.0))
        axes.set_ylim(-0.45, len(rows) - 0.15)
        axes.set_yticks([])
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: minus(f"{x:+g}") if x else "0"))
        axes.set_xlabel("worse  ←  against silence  →  better", labelpad=2.0)
        names = "; ".join(f"{_short(way(e))}, {_result(e)}" for e in rows)
        return _svg(figure, "effects", f"Effect of each way of asking against silence: {names}.")


def _effect(axes: Axes, y: int, effect: CueEffect) -> None:
    value, error = effect.mean_effect or 0.0, effect.mean_effect_sd
    if error is not None:
        ends = [value - 2 * error, value + 2 * error]
        axes.plot(ends, [y, y], color=_MEASURED, lw=1.6)
    hollow = error is None
    fill = "none" if hollow else _MEASURED
    axes.plot([value], [y], marker="o", ms=5.0, mfc=fill, mec=_MEASURED, mew=1.2)
    for text, side, x in ((_short(way(effect)), "left", 0.0), (_result(effect), "right", 1.0)):
        axes.annotate(
            text,
            (x, y),
            xycoords=("axes fraction", "data"),
            xytext=(0, 9),
            textcoords="offset points",
            va="center",
            ha=side,
            color=_INK,
        )


def _result(effect: CueEffect) -> str:
    return f"{plain(effect_text(effect).replace(_SPACE, ' '))} ({times(effect.n)})"


def _short(text: str) -> str:
    return plain(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def _svg(figure: Figure, name: str, alt: str) -> str:
    """Return a figure as SVG to be put into a page, told of to those who cannot see it."""
    file = io.StringIO()
    empty = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with warnings.catch_warnings():
        # A letter that matplotlib's own font lacks is drawn by the reader's.
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(file, format="svg", transparent=True, metadata=empty)
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", text)
    for variable, stand_in in _COLOURS.items():
        text = text.replace(stand_in, f"var(--{variable})")
    text = re.sub(r"<style.*?</style>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"font-family: [^;]*; ", "", text)
    size = re.search(r'viewBox="[^"]*"', text)
    box = "" if size is None else size[0]
    label = html.escape(alt)
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" aria-label="{label}">'
    return re.sub(r"<svg[^>]*>", lambda _: f"{opened}<title>{label}</title>", text, count=1)
