"""The console: a live picture in a terminal, plain lines anywhere else. It only watches.

Every number is the mean of the last eight steps; what the sensor cannot know says ``unknown``; low
quality is grey. States are told by words and signs, never by colour alone.
"""

import time
from collections import deque
from typing import Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from livecoach.model import (
    Belt,
    Cue,
    CueDropped,
    Event,
    HeartRate,
    Notice,
    PodReport,
    Retention,
    SensorState,
    Skipped,
    Step,
    Target,
)
from livecoach.sinks.lines import clock, kept_line, plain, skipped_line
from livecoach.sinks.sensors import Sensors

_STEPS = 8
_GOOD_QUALITY = 0.5
_LOG_LINES = 7
_REFRESH_S = 0.2
_OLD_S = 3.0
_PLAIN_EVERY_S = 10.0
# field, label, factor to the shown unit, shown unit, digits, always shown
_ROWS = (
    ("contact_time_s", "contact time", 1e3, "ms", 0, True),
    ("vertical_oscillation_m", "bounce", 100.0, "cm", 1, True),
    ("speed_loss_mps", "braking (speed loss at the chest)", 100.0, "cm/s", 1, False),
    ("expected_braking_mps", "braking expected at this speed", 100.0, "cm/s", 1, False),
    ("pelvis_swing_mps", "pelvis swing (not braking)", 100.0, "cm/s", 0, False),
    ("step_length_m", "step length", 1.0, "m", 2, True),
    ("trunk_lean_deg", "lean", 1.0, "deg", 1, False),
)
_POD_WORDS = {
    "fresh": "running",
    "stopped": "stopped",
    "stale": "sensor stale",
    "lost": "sensor lost",
    "unknown": "not clear what it counts",
}
_BRAKING = ("speed_loss_mps", "expected_braking_mps", "landing_angle_deg")


class View:
    """What there is to show, gathered from events."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.t = 0.0
        self.target: Target | None = None
        self.skipped = 0
        self.first_skipped: Skipped | None = None
        self.log: deque[str] = deque(maxlen=_LOG_LINES)
        self._steps: deque[Step] = deque(maxlen=_STEPS)
        self._pods: dict[str, PodReport] = {}
        self.sensors = Sensors()
        self._beats_until_s = -1.0
        self._spoken: dict[int, str] = {}
        self._unheard: set[str] = set()

    def update(self, event: Event) -> str | None:
        """Take an event; return the line it adds to the log, if any."""
        line: str | None = None
        match event:
            case Step():
                self._steps.append(event)
            case PodReport():
                self._pods[event.source] = event
                line = self._news(event)
            case Target():
                if self.target is None or _words(event.reason) != _words(self.target.reason):
                    line = f"{clock(event.t_known)}  target: {event.reason}"
                self.target = event
            case SensorState() | HeartRate() | Belt():
                line = self._news(event)
            case Skipped():
                self.skipped += 1
                self.first_skipped = self.first_skipped or event
            case Notice() | Retention():
                said = event.text if isinstance(event, Notice) else kept_line(event)
                line = f"{clock(event.t_known)}  {said}"
            case Cue() | CueDropped():
                line = self._cue(event)
            case _:
                pass
        if line is not None:
            self.log.append(line)
        return line

    def step_rate_spm(self) -> float | None:
        """Return the step rate of the moment, None when unknown."""
        rate = self.mean("step_rate_spm")
        pod = self._pod
        return pod.step_rate_spm if rate is None and pod is not None else rate

    @property
    def _pod(self) -> PodReport | None:
        """The foot pod that knows most."""
        pods = self._pods.values()
        return next((p for p in pods if p.state == "fresh"), next(iter(pods), None))

    def mean(self, field: str) -> float | None:
        """Return the mean of a metric over the last steps that know it; None when all are old."""
        values = [v for s in self._recent() if (v := getattr(s, field)) is not None]
        pod = self._pod
        if not values and pod is not None and field == "step_length_m":
            return pod.step_length_m
        return sum(values) / len(values) if values else None

    def _recent(self) -> list[Step]:
        """Return the last steps, none when they stopped coming or the last sensor fell silent."""
        if not self._steps or self.t - self._steps[-1].t_known > _OLD_S or self.sensors.deaf:
            return []
        return list(self._steps)

    def activity(self) -> str:
        """Return what the runner is doing, in a word."""
        if not self._recent() and self._pod is not None:
            return _POD_WORDS[self._pod.state]
        if not self._recent():
            return "no steps now" if self._steps else "waiting for steps"
        return {"run": "running", "walk": "walking", "stand": "standing"}[self._steps[-1].activity]

    def state(self) -> tuple[str, str]:
        """Return how the rate stands against the target: words and a style."""
        rate = self.step_rate_spm()
        aim = None if self.target is None else self.target.target_spm
        if rate is None or aim is None:
            return "", "white"
        if self._low():
            return "unclear (low quality)", "dim"
        off = 100.0 * (rate / aim - 1.0)
        if off < -2.5:
            return f"▲ quicker ({off:+.1f} %)", "bold yellow"
        if off > 2.5:
            return f"▼ easier ({off:+.1f} %)", "bold magenta"
        return f"● on target ({off:+.1f} %)", "bold cyan"

    def status_line(self) -> str:
        """Return the moment in one line."""
        rate = self.step_rate_spm()
        aim = None if self.target is None else self.target.target_spm
        parts = [
            f"{clock(self.t)}  cadence {_number(rate, 0)}"
            + (f" ({self.activity()})" if rate is None else ""),
            f"target {_number(aim, 0)}",
            *(
                f"{label.split(' (')[0]} {_number(value, digits, factor)} {unit}"
                for field, label, factor, unit, digits, _ in _ROWS[:4]
                if (value := self.mean(field)) is not None
            ),
            *(f"{label} {value} {unit}" for label, value, unit in self.sensors.figures(self.t)),
        ]
        if self.skipped:
            parts.append(f"rows left out {self.skipped}")
        if self._low():
            parts.append("low quality")
        return ", ".join(parts)

    def __rich__(self) -> RenderableType:
        """Draw it."""
        words, style = self.state()
        low = self._low()
        top = Table.grid(expand=True, padding=(0, 2))
        for _ in range(3):
            top.add_column(justify="center", ratio=1)
        aim = None if self.target is None else self.target.target_spm
        top.add_row(
            Text(f"{_number(self.step_rate_spm(), 0)}", style="dim" if low else style),
            Text(_number(aim, 0), style="bold"),
            Text(clock(self.t), style="bold"),
        )
        top.add_row("cadence, steps/min", "target", "elapsed")
        top.add_row(Text(words, style=style), Text(self._beats(), style="cyan"), self.activity())
        metrics = Table.grid(padding=(0, 2))
        metrics.add_column()
        metrics.add_column(justify="right")
        metrics.add_column()
        for field, label, factor, unit, digits, always in self._rows():
            value = self.mean(field)
            if value is None and not always:
                continue
            shown = _number(value, digits, factor)
            metrics.add_row(
                label, Text(shown, style="dim" if low or value is None else "bold"), unit
            )
        for label, number, unit in self.sensors.figures(self.t):
            style = "dim" if number == "unknown" else "bold"
            metrics.add_row(label, Text(number, style=style), unit)
        body: list[RenderableType] = [top, Text(""), metrics, Text("")]
        if roll := self.sensors.roll():
            body += [Text(plain(roll), style="dim"), Text("")]
        body += [Text(plain(line), overflow="ellipsis", no_wrap=True) for line in self.log]
        if self.first_skipped is not None:
            body.append(Text(skipped_line(self.skipped, self.first_skipped), style="yellow"))
        return Panel(Group(*body), title=self.title, title_align="left")

    def _rows(self) -> list[tuple[str, str, float, str, int, bool]]:
        rows = list(_ROWS)
        if all(self.mean(field) is None for field in _BRAKING):
            rows.insert(2, ("speed_loss_mps", "braking", 100.0, "", 1, True))
        return rows

    def _news(self, event: SensorState | HeartRate | Belt | PodReport) -> str | None:
        news = self.sensors.update(event)
        return None if news is None else f"{clock(event.t_known)}  {news}"

    def _low(self) -> bool:
        """Tell whether the newest step is not to be relied on."""
        recent = self._recent()
        return bool(recent) and recent[-1].quality < _GOOD_QUALITY

    def _beats(self) -> str:
        return "♪ beats" if self.t <= self._beats_until_s else "silent"

    def _cue(self, cue: Cue | CueDropped) -> str | None:
        if isinstance(cue, CueDropped):
            return self._dropped(cue)
        at = clock(cue.t_due)
        if cue.kind != "beat":
            self._spoken = {cue.number: cue.phrase}
        if cue.kind == "speech":
            return f'{at}  says "{cue.phrase}" ({cue.reason})'
        if cue.kind == "tone":
            return f"{at}  tone: {cue.phrase} ({cue.reason})"
        first = cue.t_due > self._beats_until_s + 1.0
        self._beats_until_s = cue.t_due + 0.5
        return f"{at}  beats ({cue.reason})" if first else None

    def _dropped(self, event: CueDropped) -> str | None:
        """Tell of each phrase that was not heard, of beats once for each reason."""
        phrase = self._spoken.get(event.cue)
        if phrase is None and event.reason in self._unheard:
            return None
        self._unheard.add(event.reason)
        what = "a beat" if phrase is None else f'"{phrase}"'
        return f"{clock(event.t_known)}  not heard: {what} ({event.reason})"


class LiveConsole:
    """The view, redrawn a few times a second in a terminal."""

    def __init__(self, view: View, console: Console) -> None:
        self._view = view
        self._live = Live(view, console=console, auto_refresh=False, transient=False)
        self._drawn_s = 0.0

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._live.refresh()
        self._live.stop()

    def update(self, event: Event) -> None:
        """See an event."""
        self._view.update(event)

    def tick(self, t: float) -> None:
        """Redraw when it is time."""
        self._view.t = t
        now_s = time.monotonic()
        if now_s - self._drawn_s >= _REFRESH_S:
            self._drawn_s = now_s
            self._live.refresh()

    def say(self, line: str) -> None:
        """Show a notice."""
        self._view.log.append(plain(line))


class PlainConsole:
    """Lines for a log or a pipe: what happens, and the moment every ten seconds.

    Raises OSError when nobody reads any more (rich would end the program instead).
    """

    def __init__(self, view: View, out: TextIO) -> None:
        self._view = view
        self._out = out
        self._told_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def update(self, event: Event) -> None:
        """See an event; print the line it makes, if any."""
        line = self._view.update(event)
        if line is not None:
            self.say(line)

    def tick(self, t: float) -> None:
        """Print the moment when it is time."""
        self._view.t = t
        if t - self._told_s >= _PLAIN_EVERY_S:
            self._told_s = t
            self.say(self._view.status_line())

    def say(self, line: str) -> None:
        """Print a line."""
        self._out.write(f"{plain(line)}\n")
        self._out.flush()


def _words(reason: str) -> str:
    """Return a reason without its numbers: a tenth more or less is no news."""
    return "".join(c for c in reason if not c.isdigit())


def _number(value: float | None, digits: int, factor: float = 1.0) -> str:
    return "unknown" if value is None else f"{value * factor:.{digits}f}"
