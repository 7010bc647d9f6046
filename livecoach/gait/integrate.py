"""Speed and height within a step, by integration that closes on itself.

Definition. Running is periodic: over a stride neither speed nor height changes (much). So the mean
is taken off the acceleration, the integral is the speed about its mean; for the height the mean
speed is taken off and integrated again. Vertical oscillation = highest - lowest point within the
step. Speed lost = speed at contact - slowest point of the step (as Garmin's step speed loss);
push = speed at the next contact - slowest; swing = fastest - slowest.
Closed over the last two steps (a stride), so that a difference between left and right legs stays.

Assumptions. Steady running; up and forward known (`livecoach.gait.tilt`,
`livecoach.gait.yaw`). Validity: forward
acceleration over a stride is taken for steady running and removed. The values are of the sensor's
site, not of the centre of mass: the pelvis swings under the body, so its
fore-aft swing has its own name and is never called braking. Fastest to slowest is 3 to 4 times
the braking at the chest too, so it is not what is called speed lost.

Measured on one virtual runner (Davis S999, 23 steps, force truth): speed lost / true braking
1.34 at the chest, 1.28 at the back; step by step it does not follow (r -0.49 and -0.18). Bounce,
sensor less centre of mass: real waist -2.8 +- 4.6 mm (57 steps on the level), virtual waist +16,
chest +23, back +4 mm.
"""

from collections.abc import Sequence
from math import fsum

from msgspec import Struct

LONGEST = 1024
"""Samples kept of one step; a step with more (2 s at 512 Hz) is not integrated."""


class Excursion(Struct, frozen=True, gc=False):
    """Result for one step: height range (m) and the fore-aft speed's fall and rise (m/s)."""

    height_m: float
    loss_mps: float
    push_mps: float
    swing_mps: float


def integral(t: Sequence[float], y: Sequence[float]) -> list[float]:
    """Return the trapezoidal integral of ``y`` less its mean, itself with zero mean."""
    total, running = 0.0, [0.0]
    for i in range(1, len(t)):
        total += 0.5 * (y[i] + y[i - 1]) * (t[i] - t[i - 1])
        running.append(total)
    slope = total / (t[-1] - t[0])
    closed = [x - slope * (ti - t[0]) for x, ti in zip(running, t, strict=True)]
    # fsum, not sum: from Python 3.12 on they differ in the last bit, and replays must not
    area = fsum(0.5 * (closed[i] + closed[i - 1]) * (t[i] - t[i - 1]) for i in range(1, len(t)))
    mean = area / (t[-1] - t[0])
    return [x - mean for x in closed]


def lead(t: Sequence[float], i: int, lead_s: float) -> int:
    """Return the index of the sample ``lead_s`` before the one at ``i``, or the first."""
    then = t[i] - lead_s
    while i > 0 and t[i] > then:
        i -= 1
    return i


class StrideIntegrator:
    """Collects the accelerations of the last two steps.

    A step is closed when its end is found: some time after the foot was down.
    """

    def __init__(self, gap_s: float) -> None:
        self._gap_s = gap_s
        self._before: tuple[list[float], list[float], list[float]] | None = None
        self._start()

    def _start(self) -> None:
        self._t: list[float] = []
        self._up: list[float] = []
        self._ahead: list[float] = []
        self._whole = True

    def add(self, t: float, up: float, ahead: float) -> None:
        """Take in one sample's upward and forward acceleration, m/s2."""
        if len(self._t) >= LONGEST or (self._t and t - self._t[-1] > self._gap_s):
            self._whole = False
            return
        self._t.append(t)
        self._up.append(up)
        self._ahead.append(ahead)

    def close(self, lead_s: float) -> Excursion | None:
        """End a step, ``lead_s`` after the foot came down; None when part of it is missing."""
        step = (self._t, self._up, self._ahead)
        whole = self._whole and len(self._t) >= 8
        before, self._before = self._before, step if whole else None
        self._start()
        if not whole:
            return None
        first = 0
        if before is not None and step[0][0] - before[0][-1] <= self._gap_s:
            first = len(before[0])
            step = (before[0] + step[0], before[1] + step[1], before[2] + step[2])
        height = integral(step[0], integral(step[0], step[1]))[first:]
        speed = integral(step[0], step[2])
        landed, left = lead(step[0], first, lead_s), lead(step[0], len(speed) - 1, lead_s)
        low = min(speed[first:])
        return Excursion(
            max(height) - min(height),
            max(0.0, speed[landed] - low),
            max(0.0, speed[left] - low),
            max(speed[first:]) - low,
        )
