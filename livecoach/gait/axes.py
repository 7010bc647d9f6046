"""Sensor axes to the runner's axes.

A mount declares which sensor axis points forward, left and up (``"+x"``, ``"-y"``). Two of them fix
the third (right-handed: forward x left = up). With only ``up`` known, forward and left are chosen
to complete a right-handed frame and ``forward_known`` is False: nothing along them may be shown.
The sign of forward is never guessed from the data: it failed on real kinematics. A sensor that sits
up to 35 degrees off its axes is set right by `livecoach.gait.tilt` (pitch and roll, from gravity),
`livecoach.gait.yaw` (a trunk's yaw, from its sway) and `livecoach.gait.hinge` (a foot).
"""

from math import sqrt

from msgspec.structs import replace

from livecoach.model import BodySample, ImuSample, SensorInfo

Axis = tuple[int, float]
"""Index of a sensor axis (0, 1, 2 for x, y, z) and its sign."""


def parse_axis(word: str) -> Axis | None:
    """Return the axis a word like ``"-y"`` names; None for any other word."""
    sign = {"+": 1.0, "-": -1.0}.get(word[:1])
    index = {"x": 0, "y": 1, "z": 2}.get(word[1:])
    return None if sign is None or index is None else (index, sign)


def cross(a: Axis, b: Axis) -> Axis | None:
    """Return the axis ``a`` x ``b``; None when both name the same line."""
    if a[0] == b[0]:
        return None
    sign = 1.0 if (a[0] + 1) % 3 == b[0] else -1.0
    return 3 - a[0] - b[0], sign * a[1] * b[1]


class UpFinder:
    """Finds the axis that points up from the first two seconds."""

    SEEN_S = 2.0
    LEAST_SHARE = 0.71

    def __init__(self) -> None:
        self._start_s: float | None = None
        self._sum = [0.0, 0.0, 0.0]

    def update(self, sample: ImuSample) -> str | None:
        """Take in a sample; return the axis as a word once it is clear."""
        if self._start_s is None or sample.t < self._start_s:
            self._start_s, self._sum = sample.t, [0.0, 0.0, 0.0]
        acc = (sample.acc_x, sample.acc_y, sample.acc_z)
        self._sum = [total + x for total, x in zip(self._sum, acc, strict=True)]
        if sample.t - self._start_s < self.SEEN_S:
            return None
        size = sqrt(self._sum[0] ** 2 + self._sum[1] ** 2 + self._sum[2] ** 2)
        k = max(range(3), key=lambda axis: abs(self._sum[axis]))
        if abs(self._sum[k]) <= self.LEAST_SHARE * size:
            self._start_s = None
            return None
        return ("+" if self._sum[k] > 0.0 else "-") + "xyz"[k]


class Axes:
    """Turns samples of one declared mount into body axes."""

    def __init__(self, info: SensorInfo) -> None:
        up = parse_axis(info.up) or (2, 1.0)
        forward, left = parse_axis(info.forward), parse_axis(info.left)
        if forward is not None and cross(up, forward) is None:
            forward = None
        if forward is None and left is not None:
            forward = cross(left, up)
        self.forward_known = forward is not None
        self._forward: Axis = forward or ((up[0] + 1) % 3, 1.0)
        self._left: Axis = cross(up, self._forward) or (1, 1.0)
        self._up: Axis = up
        self._missing = {f"acc_{axis}": 0.0 for axis in info.missing_axis if axis in "xyz"}

    def fill(self, sample: ImuSample) -> ImuSample:
        """Return ``sample`` with 0 on an axis the sensor never had."""
        return replace(sample, **self._missing) if self._missing else sample

    def to_body(self, sample: ImuSample, scale: float = 1.0) -> BodySample:
        """Return ``sample`` in the runner's axes, specific force times ``scale``."""
        (f, sf), (m, sm), (u, su) = self._forward, self._left, self._up
        acc = (sample.acc_x * scale, sample.acc_y * scale, sample.acc_z * scale)
        x, y, z = sample.gyr_x, sample.gyr_y, sample.gyr_z
        if x is None or y is None or z is None:
            return BodySample(sample.t, sf * acc[f], sm * acc[m], su * acc[u])
        gyr = (x, y, z)
        return BodySample(
            sample.t,
            sf * acc[f],
            sm * acc[m],
            su * acc[u],
            sf * gyr[f],
            sm * gyr[m],
            su * gyr[u],
        )
