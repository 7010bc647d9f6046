"""The way of a stride: one `Input` in, the events that follow from it out. Pure.

This is the only path there is: live, ``analyze`` and ``replay`` are loops over `Pipeline.update`.
The same configuration, profile and inputs give the same events, bit for bit.
"""

from collections.abc import Mapping

import msgspec

from livecoach.coach import Coach, CoachParams
from livecoach.errors import WireError
from livecoach.gait import Gait
from livecoach.gait.pods import Pods
from livecoach.gait.tracker import GaitEvent
from livecoach.model import (
    Cadence,
    Command,
    CueDropped,
    CuePlayed,
    Dropped,
    Event,
    ImuSample,
    Input,
    Link,
    Notice,
    Payload,
    Played,
    Profile,
    SensorInfo,
    SensorState,
    Skipped,
    Sound,
    State,
    Step,
    Tick,
    plausible,
)
from livecoach.timebase import Retimer
from livecoach.wire import recording, rsc

_STALE_AFTER_S = 1.0
_LOST_AFTER_S = 10.0
_SAME_S = 1e-6
_SOUND = {
    "lost": "The sound is gone ({}); the run goes on and looks for it.",
    "back": "Sound is back: {}.",
}


class Stature(msgspec.Struct, frozen=True):
    """What the runner says of their own size, for sensors whose description does not."""

    height_m: float | None = None
    leg_length_m: float | None = None


class _ImuStream:
    """One inertial sensor's rows, their times made strictly increasing."""

    def __init__(self, info: SensorInfo) -> None:
        self._rows = recording.ImuRows(info)
        self._retimer = Retimer()
        self.t_heard = 0.0
        self.state: State = "unknown"

    def update(self, x: Payload) -> ImuSample:
        """Read a row that came in; raises `WireError` when it is to be left out."""
        sample = self._rows.update(x.data)
        _in_time(sample.t, x)
        self.t_heard = x.t
        t = self._retimer.update(sample.t)
        return sample if t == sample.t else msgspec.structs.replace(sample, t=t)


def _in_time(t: float, x: Payload) -> None:
    """Refuse a row whose own time is not the one at which its door let it in."""
    if t > x.t + _SAME_S:
        raise WireError(f"time jumps ahead by {t - x.t:.3f} s", x.data)
    if t < x.t - _SAME_S:
        raise WireError(f"time goes back by {x.t - t:.3f} s", x.data)


class Pipeline:
    """Inputs in, events out.

    Parameters
    ----------
    coach
        The coach's settings.
    profile
        What is known about the runner.
    stature
        The runner's own word on their size.
    cadences
        The runner's own word on what foot pods count, by name or address.
    """

    def __init__(
        self,
        coach: CoachParams,
        profile: Profile,
        stature: Stature | None = None,
        cadences: Mapping[str, Cadence] | None = None,
    ) -> None:
        self.coach = Coach(coach, profile)
        self._stature = stature or Stature()
        self._gait = Gait(calibrations=profile.calibrations)
        self._imus: dict[str, _ImuStream] = {}
        self._origins: dict[str, float] = {}
        self.pods = Pods(profile.devices, cadences)
        self._t_out = 0.0

    def update(self, x: Input) -> list[Event]:
        """Take one input; return what it brings to light, in order of when it was known."""
        out: list[Event] = []
        match x:
            case Payload():
                self._payload(x, out)
            case Tick():
                self._tick(x, out)
            case Link():
                self._link(x, out)
            case Played():
                out.append(CuePlayed(x.cue, x.t_played, x.late_s, x.t))
            case Dropped():
                out.append(CueDropped(x.cue, x.reason, x.t))
            case Sound():
                if x.state != "open":
                    out.append(Notice(x.t, _SOUND[x.state].format(x.device)))
            case Command():
                pass
        if isinstance(x, Tick | Command | Sound):
            out += self.coach.update(x)
        return out

    def _payload(self, x: Payload, out: list[Event]) -> None:
        try:
            if x.channel == "imu.csv":
                self._imu(x, out)
            elif x.channel == "ble.csv":
                self._capture(x)
            else:
                out.append(Skipped(x.t, x.source, x.row, f"nothing reads {x.channel!r}"))
        except WireError as exc:
            out.append(Skipped(x.t, x.source, x.row, exc.reason))

    def _imu(self, x: Payload, out: list[Event]) -> None:
        stream = self._imus.get(x.source)
        if stream is None:
            raise WireError("rows before their sensor was found", x.data)
        sample = stream.update(x)
        if stream.state != "fresh":
            stream.state = "fresh"
            out.append(SensorState(x.t, x.source, "fresh"))
        for event in self._gait.update(x.source, sample):
            stamped = self._in_order(plausible(event) if isinstance(event, Step) else event)
            if isinstance(stamped, Step):
                self.pods.step(stamped)
            out.append(stamped)
            out += self.coach.update(stamped)

    def _capture(self, x: Payload) -> None:
        row = recording.capture_row(x.data)
        _in_time(row.t - self._origins.get(x.source, 0.0), x)
        if row.characteristic != rsc.CHARACTERISTIC:
            raise WireError(f"nothing reads characteristic {row.characteristic!r}", x.data)
        reading = rsc.parse(row.data, x.t)
        self.pods.hear((x.source, row.device), row.device, reading)

    def _tick(self, x: Tick, out: list[Event]) -> None:
        self._t_out = max(self._t_out, x.t)
        for name, stream in self._imus.items():
            age_s = x.t - stream.t_heard
            if stream.state == "fresh" and age_s > _STALE_AFTER_S:
                stream.state = "stale"
                out.append(SensorState(x.t, name, "stale"))
            elif stream.state == "stale" and age_s > _LOST_AFTER_S:
                stream.state = "lost"
                out.append(SensorState(x.t, name, "lost"))
        for event in self.pods.tick(x):
            out.append(event)
            out += self.coach.update(event)

    def _link(self, x: Link, out: list[Event]) -> None:
        if x.state == "lost":
            if x.source in self._imus:
                self._imus[x.source].state = "lost"
            out.append(SensorState(x.t, x.source, "lost"))
        elif x.info is not None and x.info.kind == "pod":
            self._origins[x.source] = x.info.t_origin_s
        elif x.info is not None:
            info = x.info
            if info.height_m is None and info.leg_length_m is None:
                own = self._stature
                info = msgspec.structs.replace(
                    info, height_m=own.height_m, leg_length_m=own.leg_length_m
                )
            self._imus[x.source] = _ImuStream(info)
            self._gait.add(x.source, info)

    def _in_order(self, event: GaitEvent) -> GaitEvent:
        """Keep events in order of when they were known, whatever a batch did to sample times."""
        if event.t_known < self._t_out:
            return msgspec.structs.replace(event, t_known=self._t_out)
        self._t_out = event.t_known
        return event
