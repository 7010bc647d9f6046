"""One sensor's samples to contacts, rhythm and steps.

The mount picks the machine: `Trunk`, `Foot` (with gyroscope) or `Shoe` (without). At each footfall
come the `Contact` and, with the same ``t_known``, the `Phase`; then the `Step` that this footfall
ends. A step is left out when a footfall in it was missed or it took longer than a step can.

Quality of a contact: 1 - (1 - r)(1 - s), times 0.6 when samples were missing around it and 0.49
when the sensor does not sit as declared (`livecoach.gait.posture`). r, by the rhythm: how near the
contact came to its expectation (1 on time, 0.61 when 15 % of a step off), times how steady it is
(`Rhythm.steadiness`), times how clearly the contact stood out. s, by the sensor alone: a foot that
has slapped and jolted after a whole stride has landed, whatever the rhythm (`Landing.sure`, at most
0.8; 0 on trunks). Without rhythm and s it is at most 0.5; it is final. A step has the lower quality
of its two ends. What may be foretold is another matter: see `Phase.sd_s`.

Measured from 1.5 s on: every contact of 0.8 and more was true on all recordings and hostile files
with force or foot-height truth, but for three in the arena, where the truth has the foot land after
it has come to rest (`livecoach.gait.foot`; up to five in slowed and thinned copies of these jogs).
They are on time by the rhythm too: to weigh s by that leaves 63 % good and the same three. On
trunks and feet on treadmills every step has 0.8; in 7 jogs in a small arena, with turns and stops,
87 % (56-96 % by trial, least with steps backwards; 1 % by the rhythm alone), walking 32 %. The
bound of the steadiness and 4 g were set with these in view.
"""

from typing import Final, TypeAlias

from msgspec.structs import replace

from livecoach.gait.axes import Axes, UpFinder, parse_axis
from livecoach.gait.braking import expected_braking_mps
from livecoach.gait.foot import Foot as FootMachine
from livecoach.gait.guard import Guard
from livecoach.gait.landing import Landing, StepValues
from livecoach.gait.params import DEFAULT, GaitParams
from livecoach.gait.phase import Rhythm
from livecoach.gait.posture import Posture
from livecoach.gait.shoe import Shoe
from livecoach.gait.speed import Speedometer
from livecoach.gait.trunk import Trunk
from livecoach.gait.turn import Heading
from livecoach.model import (
    BodySample,
    Calibration,
    Contact,
    Foot,
    ImuSample,
    Notice,
    Phase,
    SensorInfo,
    Step,
)

GaitEvent: TypeAlias = Contact | Phase | Step | Notice

IN_G: Final = "acceleration comes in g, not in m/s2; it is converted"
UP_FOUND: Final = "its {} axis points up, by gravity"
ASKEW: Final = "does not sit as declared: check its mount and its axes"

FOOT_OF_MOUNT: Final[dict[str, Foot]] = {"foot_left": "left", "foot_right": "right"}


class SensorTracker:
    """Streams one inertial sensor; same samples in, same events out."""

    def __init__(
        self,
        info: SensorInfo,
        params: GaitParams = DEFAULT,
        calibration: Calibration | None = None,
    ) -> None:
        self._declared = info
        self._own = calibration
        self._params = params
        self._foot = FOOT_OF_MOUNT.get(info.mount or "")
        self.reset()

    def reset(self) -> None:
        """Forget everything, as if new."""
        self.info = self._declared
        self._up, self._up_known = UpFinder(), parse_axis(self._declared.up) is not None
        self._axes = Axes(self._declared)
        self._guard = Guard(self._params.guard)
        self.newest_s: float | None = None
        self._known_s: float | None = None
        self._contact: Contact | None = None
        self._rhythm = Rhythm(self._params.phase, 2 if self._foot else 1)
        self._posture = Posture(foot=self._foot is not None)
        self._told = False
        self.speedometer = Speedometer(
            self.info.speed_mps, self._own.speed_scale_ratio if self._own else 1.0
        )
        self._shift_s = 0.0
        self._restart()

    @property
    def period_s(self) -> float | None:
        """The step's usual time by this sensor alone; None before its first two contacts."""
        return self._rhythm.period_s if self._rhythm.known else None

    def follow(self, before: "SensorTracker") -> None:
        """Take over what ``before``, the same sensor until now, learned of its own speed."""
        self.speedometer = before.speedometer
        self.speedometer.told(self.info.speed_mps)

    def told(self, belt_mps: float | None, incline_percent: float | None) -> None:
        """Take in what a belt says; what it does not, is as declared."""
        declared = self._declared
        speed = declared.speed_mps if belt_mps is None else belt_mps
        incline = declared.incline_percent if incline_percent is None else incline_percent
        if (speed, incline) == (self.info.speed_mps, self.info.incline_percent):
            return
        self.info = replace(declared, speed_mps=speed, incline_percent=incline)
        self.speedometer.told(speed)
        self.expect(speed)

    def expect(self, speed_mps: float | None) -> None:
        """Let a trunk's machine know a speed."""
        if isinstance(self._machine, Trunk):
            self._machine.told(speed_mps)

    def _restart(self) -> None:
        self._machine: Trunk | FootMachine | Shoe = self._build(gyro=False)
        self._gap_near = 0.0
        self._turned_s: float | None = None
        self._heading = Heading(1 if self._foot else 2, self._params.guard.gap_s)
        self._turn_deg: float | None = None

    def _build(self, *, gyro: bool) -> Trunk | FootMachine | Shoe:
        if self._foot is None:
            return Trunk(
                self.info.mount,
                forward_known=self._axes.forward_known,
                params=self._params,
                speed_mps=self.info.speed_mps,
            )
        if gyro:
            return FootMachine(forward_known=self._axes.forward_known, params=self._params)
        return Shoe(params=self._params)

    def update(self, sample: ImuSample) -> list[GaitEvent]:
        """Take in one sample; return what it made known."""
        sample = self._axes.fill(sample)
        verdict = self._guard.judge(sample)
        if verdict == "skip":
            return []
        self.newest_s = sample.t
        if not self._up_known:
            return self._look_for_up(sample)
        events: list[GaitEvent] = []
        if verdict != "use":
            self._restart()
            if verdict == "unit" and sample.t >= (self._known_s or sample.t):
                events.append(Notice(sample.t, f"{self.info.name}: {IN_G}"))
        self._gap_near = max(self._gap_near, self._guard.gap_s)
        body = self._axes.to_body(sample, self._guard.scale)
        if self._foot is not None:
            self._follow_gyro(body)
        self._posture.update(body)
        self._heading.update(body)
        landing = self._machine.update(body, self._rhythm.period_s)
        if landing is not None and self._in_order(landing, sample.t):
            events += self._events(landing, sample.t)
            if not self._told and self._askew():
                self._told = True
                events.append(Notice(sample.t, f"{self.info.name}: {ASKEW}"))
        return events

    def _askew(self) -> bool:
        sideways = isinstance(self._machine, Trunk) and self._machine.askew
        return sideways or not self._posture.as_declared

    def _look_for_up(self, sample: ImuSample) -> list[GaitEvent]:
        """Begin once gravity has shown which axis points up."""
        up = self._up.update(sample)
        if up is None:
            return []
        self._axes, self._up_known = Axes(replace(self._declared, up=up)), True
        self._restart()
        return [Notice(sample.t, f"{self.info.name}: {UP_FOUND.format(up)}")]

    def _follow_gyro(self, body: BodySample) -> None:
        """Change a foot's machine when its gyroscope begins or has stopped to speak."""
        if body.gyr_ml is not None:
            self._turned_s = body.t
            if isinstance(self._machine, Shoe):
                self._machine = self._build(gyro=True)
        elif self._turned_s is not None and body.t - self._turned_s > self._params.guard.restart_s:
            self._turned_s = None
            self._machine = self._build(gyro=False)

    def _in_order(self, landing: Landing, t_known: float) -> bool:
        """Return whether this footfall lies after all that was reported (a clock began anew)."""
        if self._known_s is not None and t_known < self._known_s:
            return False
        return self._contact is None or landing.t > self._contact.t

    def _events(self, landing: Landing, t_known: float) -> list[GaitEvent]:
        before, self._known_s = self._contact, t_known
        self._turn_deg = self._heading.close()
        if self._own is not None:
            landing = replace(landing, t=min(landing.t - self._own.contact_lag_s, t_known))
        phase = self._rhythm.update(landing.t, t_known, self._foot, landing.spread_s)
        landing = replace(landing, t=min(landing.t + self._rhythm.shift_s, t_known))
        contact = Contact(landing.t, t_known, self._foot, self._quality(landing))
        self._contact, self._gap_near = contact, 0.0
        step = self._step(before, contact, landing.before)
        self._shift_s = self._rhythm.shift_s
        return [event for event in (contact, phase, step) if event is not None]

    def _quality(self, landing: Landing) -> float:
        whole = 0.6 if self._gap_near > self._params.guard.gap_s else 1.0
        placed = 1.0 if self._posture.as_declared else 0.49
        doubt = (1.0 - self._rhythm.trust * landing.strength) * (1.0 - landing.sure)
        return round((1.0 - doubt) * whole * placed, 3)

    def _step(self, before: Contact | None, now: Contact, values: StepValues) -> Step | None:
        rhythm = self._rhythm
        strides = 2 if self._foot else 1
        if before is None or rhythm.steps != strides:
            return None
        step_time = (now.t - before.t) / strides
        if not self._params.phase.period_min_s <= step_time <= self._params.phase.period_max_s:
            return None
        if self._foot is not None and not self._posture.as_declared:
            values = StepValues(activity=values.activity)
        contact_time, speed = values.contact_time_s, self.speedometer.update(values.speed_mps)
        if contact_time is not None and self._own is not None:
            contact_time -= self._own.contact_time_s
        if contact_time is not None and self._foot is not None:
            contact_time -= self._shift_s
        if contact_time is not None and not 0.08 <= contact_time <= 1.2:
            contact_time = None
        return Step(
            t=before.t,
            t_known=now.t_known,
            foot=self._foot,
            step_time_s=step_time,
            stride_time_s=now.t - before.t if strides == 2 else None,
            contact_time_s=contact_time,
            flight_time_s=None if contact_time is None else step_time - contact_time,
            step_length_m=None if speed is None else speed * step_time,
            speed_mps=speed,
            vertical_oscillation_m=values.vertical_oscillation_m,
            speed_loss_mps=values.speed_loss_mps,
            expected_braking_mps=expected_braking_mps(
                replace(self.info, speed_mps=speed), step_time, contact_time
            ),
            propulsion_mps=values.propulsion_mps,
            pelvis_swing_mps=values.pelvis_swing_mps,
            landing_angle_deg=values.landing_angle_deg,
            toe_off_pitch_deg=values.toe_off_pitch_deg,
            swing_pitch_deg=values.swing_pitch_deg,
            trunk_lean_deg=values.trunk_lean_deg,
            turn_deg=self._turn_deg,
            activity=values.activity,
            quality=min(before.quality, now.quality),
        )
