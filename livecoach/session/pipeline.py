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
    Belt,
    Cadence,
    Command,
    CueDropped,
    CuePlayed,
    Dropped,
    Event,
    FootPodReading,
    HeartRate,
    HeartRateReading,
    ImuSample,
    Input,
    Link,
    Notice,
    Payload,
    Played,
    PodReport,
    Profile,
    SensorInfo,
    SensorState,
    Skipped,
    Sound,
    Step,
    Tick,
    TreadmillReading,
    plausible,
)
from livecoach.session.radio import Item, Radio
from livecoach.session.switches import Switches
from livecoach.session.watch import Watch
from livecoach.timebase import Retimer
from livecoach.wire import recording
from livecoach.wire.radio import Battery

_SAME_S = 1e-6
_SOUND = {
    "lost": "The sound is gone ({}); the run goes on and looks for it.",
    "back": "Sound is back: {}.",
}


class Stature(msgspec.Struct, frozen=True):
    """What the runner says of their size and speed, for sensors whose description does not."""

    height_m: float | None = None
    leg_length_m: float | None = None
    speed_mps: float | None = None


class _ImuStream:
    """One inertial sensor's rows, their times made strictly increasing."""

    def __init__(self, info: SensorInfo) -> None:
        self._rows = recording.ImuRows(info)
        self._retimer = Retimer()

    def update(self, x: Payload) -> ImuSample:
        """Read a row that came in; raises `WireError` when it is to be left out."""
        sample = self._rows.update(x.data)
        _in_time(sample.t, x)
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
        self._infos: dict[str, SensorInfo] = {}
        self._imus: dict[str, _ImuStream] = {}
        self._radios: dict[str, Radio] = {}
        self._worn: dict[str, SensorInfo] = {}
        self._watches: dict[str, Watch] = {}
        self.pods = Pods(profile.devices, cadences)
        self._switches = Switches()
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
                self._switches.turn(x)
        if isinstance(x, Tick | Command | Sound):
            out += self.coach.update(x)
        return self._switches.let_through(out)

    @property
    def late(self) -> list[str]:
        """Names of the radio sensors whose stream lags too far behind and should begin again."""
        return [name for name, radio in self._radios.items() if radio.late]

    def _payload(self, x: Payload, out: list[Event]) -> None:
        try:
            if x.channel == "imu.csv":
                self._imu(x, out)
            elif x.channel == "ble.csv":
                self._capture(x, out)
            else:
                self._radio(x, x.source, x.source, out)
        except WireError as exc:
            out.append(Skipped(x.t, x.source, x.row, exc.reason))

    def _imu(self, x: Payload, out: list[Event]) -> None:
        stream = self._imus.get(x.source)
        if stream is None:
            raise WireError("rows before their sensor was found", x.data)
        sample = stream.update(x)
        self._states(self._watch(x.source).heard(x.t), out)
        self._sample(x.source, sample, sample.t, out)

    def _sample(self, source: str, sample: ImuSample, t_known: float, out: list[Event]) -> None:
        for event in self._gait.update(source, sample):
            known = plausible(event) if isinstance(event, Step) else event
            if known.t_known < t_known:
                known = msgspec.structs.replace(known, t_known=t_known)
            stamped = self._in_order(known)
            if isinstance(stamped, Step):
                self.pods.step(stamped)
            out.append(stamped)
            out += self.coach.update(stamped)

    def _capture(self, x: Payload, out: list[Event]) -> None:
        row = recording.capture_row(x.data)
        info = self._infos.get(x.source)
        _in_time(row.t - (0.0 if info is None else info.t_origin_s), x)
        heard = Payload(x.n, x.t, row.device, row.characteristic, x.row, row.data)
        self._radio(heard, x.source, f"{x.source} {row.device}", out)

    def _radio(self, x: Payload, source: str, key: str, out: list[Event]) -> None:
        """Use a notification of the sensor ``x.source``, which came through ``source``."""
        info = self._infos.get(source)
        radio = self._radios.get(key)
        if radio is None:
            rate_hz = None if info is None else info.rate_hz
            radio = self._radios[key] = Radio(x.source, rate_hz)
        items = radio.update(x)
        if radio.late or any(isinstance(item, ImuSample) for item in items):
            self._states(self._watch(x.source).heard(x.t, late=radio.late), out)
        for item in items:
            self._item(x, key, info, item, out)

    def _item(
        self, x: Payload, key: str, info: SensorInfo | None, item: Item, out: list[Event]
    ) -> None:
        match item:
            case ImuSample():
                if self._is_worn(x, key, info, out):
                    self._sample(key, item, x.t, out)
            case FootPodReading():
                self._watch(x.source).unlinked = False
                self.pods.hear(key, x.source, item)
            case HeartRateReading():
                out += self._said(x, key)
                rate_bpm = float(item.rate_per_min)
                out.append(HeartRate(x.t, x.source, rate_bpm, item.rr_s, item.contact))
            case TreadmillReading():
                out += self._said(x, key)
                belt = Belt(x.t, x.source, item.speed_mps, item.incline_percent)
                self._belt(belt)
                out.append(belt)
            case Battery():
                out += self._watch(x.source).battery(x.t, float(item.percent))
            case Notice():
                out.append(item)

    def _is_worn(self, x: Payload, key: str, info: SensorInfo | None, out: list[Event]) -> bool:
        """Return whether it is known where this sensor sits; make it known to gait at first."""
        before = self._worn.get(key)
        if before is None or (info is not None and before != info):
            known = info or SensorInfo(name=x.source, kind="imu")
            self._worn[key] = known
            if known.mount is None:
                text = f"{x.source}: nobody said where it is worn (--mount); its motion is left out"
                out.append(Notice(x.t, text))
            else:
                self._gait.add(key, self._with_stature(known))
        return self._worn[key].mount is not None

    def _said(self, x: Payload, key: str) -> list[SensorState]:
        """Note that a sensor that sends no motion was heard."""
        return [] if key in self._worn else self._watch(x.source).heard(x.t)

    def _belt(self, belt: Belt) -> None:
        """Let everyone who needs a speed know the belt's."""
        self._gait.belt(belt.t_known, belt.speed_mps, belt.incline_percent)
        self.pods.belt(belt.t_known, belt.speed_mps)

    def _watch(self, name: str) -> Watch:
        watch = self._watches.get(name)
        if watch is None:
            watch = self._watches[name] = Watch(name)
        return watch

    def _tick(self, x: Tick, out: list[Event]) -> None:
        self._t_out = max(self._t_out, x.t)
        for watch in self._watches.values():
            self._states(watch.tick(x.t), out)
        for event in self.pods.tick(x):
            if isinstance(event, PodReport):
                judged = self._watch(event.source).judged(event.t_known, event.state)
                self._states(judged, out)
            if not isinstance(event, SensorState):
                out.append(event)
                out += self.coach.update(event)

    def _states(self, states: list[SensorState], out: list[Event]) -> None:
        """Tell of states; the coach of those of sensors that steps come from."""
        out += states
        for state in states:
            info = self._infos.get(state.name)
            if info is None or info.kind == "pod" or (info.kind == "imu" and info.mount):
                self.coach.update(state)

    def _link(self, x: Link, out: list[Event]) -> None:
        if x.state == "lost":
            self._states(self._watch(x.source).lost(x.t), out)
        elif x.info is not None:
            self._infos[x.source] = x.info
            if x.info.cadence is not None:
                self.pods.told(x.source, x.info.cadence)
            radio = self._radios.get(x.source)
            if radio is not None:
                radio.reconnected()
            if x.info.columns and x.info.kind == "imu":
                self._imus[x.source] = _ImuStream(x.info)
                self._gait.add(x.source, self._with_stature(x.info))

    def _with_stature(self, info: SensorInfo) -> SensorInfo:
        """Fill in what the runner says where the sensor's description does not."""
        own = self._stature
        if info.speed_mps is None:
            info = msgspec.structs.replace(info, speed_mps=own.speed_mps)
        if info.height_m is not None or info.leg_length_m is not None:
            return info
        return msgspec.structs.replace(info, height_m=own.height_m, leg_length_m=own.leg_length_m)

    def _in_order(self, event: GaitEvent) -> GaitEvent:
        """Keep events in order of when they were known, whatever a batch did to sample times."""
        if event.t_known < self._t_out:
            return msgspec.structs.replace(event, t_known=self._t_out)
        self._t_out = event.t_known
        return event
