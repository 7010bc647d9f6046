"""A track -> a TCX activity (TrainingCenterDatabase v2, ActivityExtension v2).

Elements and their order are those of Garmin's schema; ``Calories`` it demands, and 0 is written
for what is not known. ``RunCadence`` is strides of one leg a minute and whole: the half is lost,
which `export_fit` keeps. A pause ends a ``Track`` and begins another. Contact, bounce and braking
have no place here.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from livecoach.report.export_fit import known, mean
from livecoach.report.export_track import PAUSE_S, Lap, Second, Track

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"'
    ' xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2">'
)
_MOST_U8, _MOST_U16 = 254, 65_535


def encode(track: Track, started: datetime, notes: str) -> bytes:
    """Return the file; ``started`` is when the session's time was 0, ``notes`` a line about it."""
    clock = _Clock(started)
    lines = [_HEAD, "<Activities>", '<Activity Sport="Running">']
    lines.append(f"<Id>{clock.at(track.spans[0][0])}</Id>")
    for lap in track.laps:
        lines += _lap(lap, clock)
    lines += [f"<Notes>{escape(_printable(notes))}</Notes>", "</Activity>", "</Activities>"]
    return ("\n".join([*lines, "</TrainingCenterDatabase>"]) + "\n").encode()


class _Clock:
    def __init__(self, started: datetime) -> None:
        self._zero = started.astimezone(UTC)

    def at(self, t_s: int) -> str:
        return f"{self._zero + timedelta(seconds=t_s):%Y-%m-%dT%H:%M:%SZ}"


def _lap(lap: Lap, clock: _Clock) -> Iterator[str]:
    speeds, hearts = known(lap.seconds, "speed_mps"), known(lap.seconds, "heart_rate_bpm")
    yield f'<Lap StartTime="{clock.at(lap.start_s)}">'
    yield f"<TotalTimeSeconds>{len(lap.seconds)}</TotalTimeSeconds>"
    yield f"<DistanceMeters>{lap.distance_m or 0.0:.2f}</DistanceMeters>"
    if speeds:
        yield f"<MaximumSpeed>{max(speeds):.3f}</MaximumSpeed>"
    yield "<Calories>0</Calories>"
    yield from _heart("AverageHeartRateBpm", mean(hearts))
    yield from _heart("MaximumHeartRateBpm", max(hearts, default=None))
    yield "<Intensity>Active</Intensity>"
    trigger = "Distance" if lap.trigger == "distance" else "Manual"
    yield f"<TriggerMethod>{trigger}</TriggerMethod>"
    before = lap.start_s
    yield "<Track>"
    for second in lap.seconds:
        if second.t_s - before > PAUSE_S:
            yield "</Track>"
            yield "<Track>"
        before = second.t_s
        yield from _point(second, clock)
    yield "</Track>"
    yield from _extension("LX", _lap_extras(lap.seconds))
    yield "</Lap>"


def _point(second: Second, clock: _Clock) -> Iterator[str]:
    yield "<Trackpoint>"
    yield f"<Time>{clock.at(second.t_s)}</Time>"
    if second.distance_m is not None:
        yield f"<DistanceMeters>{second.distance_m:.2f}</DistanceMeters>"
    yield from _heart("HeartRateBpm", second.heart_rate_bpm)
    extras = [] if second.speed_mps is None else [("Speed", f"{second.speed_mps:.3f}")]
    yield from _extension("TPX", [*extras, *_cadence("RunCadence", second.step_rate_spm)])
    yield "</Trackpoint>"


def _lap_extras(seconds: Sequence[Second]) -> list[tuple[str, str]]:
    speed, rates = mean(known(seconds, "speed_mps")), known(seconds, "step_rate_spm")
    out = [] if speed is None else [("AvgSpeed", f"{speed:.3f}")]
    out += _cadence("AvgRunCadence", mean(rates))
    out += _cadence("MaxRunCadence", max(rates, default=None))
    steps = round(sum(second.steps for second in seconds))
    return [*out, ("Steps", str(steps))] if 0 < steps <= _MOST_U16 else out


def _cadence(name: str, step_rate_spm: float | None) -> list[tuple[str, str]]:
    whole = 0 if step_rate_spm is None else round(step_rate_spm / 2)
    return [(name, str(whole))] if 0 < whole <= _MOST_U8 else []


def _heart(name: str, rate_bpm: float | None) -> Iterator[str]:
    if rate_bpm is not None and 1 <= round(rate_bpm) <= _MOST_U8:
        yield f"<{name}><Value>{round(rate_bpm)}</Value></{name}>"


def _extension(name: str, values: Sequence[tuple[str, str]]) -> Iterator[str]:
    if values:
        inside = "".join(f"<ns3:{key}>{value}</ns3:{key}>" for key, value in values)
        yield f"<Extensions><ns3:{name}>{inside}</ns3:{name}></Extensions>"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
