"""What the console shows of the sensors themselves: state, battery, heart rate, belt. Pure."""

from livecoach.model import Belt, HeartRate, PodReport, SensorState, State

_OLD_S = 5.0
_LOW_PERCENT = 20.0
_UNCLEAR_S = 20.0
_UNCLEAR = (
    "{}: it is not clear whether its cadence counts the steps of both legs or of one;"
    " if you know, say ?cadence=steps or ?cadence=per_leg with its source"
)
_WORDS: dict[State, str] = {
    "fresh": "is heard",
    "stale": "says nothing new",
    "lost": "is lost",
    "stopped": "stands still",
    "unknown": "is heard, but what it says is not clear yet",
}


class Sensors:
    """Sensor events in, lines and figures out.

    Attributes
    ----------
    links_told
        Somebody else says when sensors are found and lost.
    """

    def __init__(self) -> None:
        self.links_told = False
        self._states: dict[str, SensorState] = {}
        self._low: set[str] = set()
        self._heart: HeartRate | None = None
        self._belt: Belt | None = None
        self._unclear_since: dict[str, float] = {}
        self._asked: set[str] = set()

    def update(self, event: SensorState | HeartRate | Belt | PodReport) -> str | None:
        """Take an event; return what is news to a person."""
        match event:
            case SensorState():
                return self._state(event)
            case PodReport():
                return self._pod(event)
            case HeartRate():
                self._heart = event
            case Belt():
                self._belt = event
        return None

    @property
    def deaf(self) -> bool:
        """Whether sensors were heard and none is any more: what they said last is old."""
        states = [s.state for s in self._states.values()]
        return bool(states) and not {"fresh", "unknown"} & set(states)

    def figures(self, t: float) -> list[tuple[str, str, str]]:
        """Return label, number and unit of what is known at ``t``."""
        out: list[tuple[str, str, str]] = []
        heart, belt = self._heart, self._belt
        if heart is not None:
            known = heart.worn and t - heart.t_known <= _OLD_S
            out.append(("heart rate", f"{heart.rate_bpm:.0f}" if known else "unknown", "/min"))
        if belt is not None:
            speed = None if t - belt.t_known > _OLD_S else belt.speed_mps
            out.append(("belt", "unknown" if speed is None else f"{3.6 * speed:.1f}", "km/h"))
            if speed is not None and belt.incline_percent:
                out.append(("incline", f"{belt.incline_percent:.1f}", "%"))
        return out

    def roll(self) -> str:
        """Return every sensor with its state and battery, in one line; empty without sensors."""
        return "; ".join(
            f"{s.name} {'waiting' if s.state == 'unknown' else s.state}"
            + ("" if s.battery_percent is None else f", battery {s.battery_percent:.0f} %")
            for s in self._states.values()
        )

    def _pod(self, event: PodReport) -> str | None:
        """Ask once for what a pod that is heard has not shown in some time."""
        if event.state != "unknown":
            self._unclear_since.pop(event.source, None)
            return None
        since = self._unclear_since.setdefault(event.source, event.t_known)
        if event.source in self._asked or event.t_known - since < _UNCLEAR_S:
            return None
        self._asked.add(event.source)
        return _UNCLEAR.format(event.source)

    def _state(self, event: SensorState) -> str | None:
        before = self._states.get(event.name)
        self._states[event.name] = event
        line = self._changed(before, event)
        if line is not None:
            return line
        level = event.battery_percent
        if level is None or level > _LOW_PERCENT or event.name in self._low:
            return None
        self._low.add(event.name)
        return f"{event.name}: its battery is low ({level:.0f} %)"

    def _changed(self, before: SensorState | None, event: SensorState) -> str | None:
        was: State = "unknown" if before is None else before.state
        if was == event.state:
            return None
        found = event.state == "fresh" and was in {"unknown", "lost"}
        if self.links_told and (found or event.state == "lost"):
            return None
        return f"{event.name} {_WORDS[event.state]}"
