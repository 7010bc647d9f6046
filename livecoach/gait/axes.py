"""Sensor axes to the runner's axes.

A mount declares which sensor axis points forward, left and up (``"+x"``, ``"-y"``). Two of them fix
the third (right-handed: forward x left = up). With only ``up`` known, forward and left are chosen
to complete a right-handed frame and ``forward_known`` is False: nothing along them may be shown.
The sign of forward is never guessed from the data: it failed on real kinematics. A sensor that sits
up to 35 degrees off its axes is set right by `livecoach.gait.tilt` (pitch and roll, from gravity),
`livecoach.gait.yaw` (a trunk's yaw, from its sway) and `livecoach.gait.hinge` (a foot).
"""

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
