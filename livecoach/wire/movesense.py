"""Movesense sensors with the GATT SensorData app: IMU6 and IMU9 frames.

Written to 34800001-...: ``01 ref path`` subscribes, ``02 ref`` ends it; ``ref`` is a byte of our
choice that every answer carries. Notified on 34800002-..., little-endian: ``01 ref u16`` answers
with an HTTP-like status; ``02 ref u32 ms f32...`` is data, and ``03 ref f32...`` is what did not
fit into it. Data are n x acceleration (m/s2), then n x gyro (deg/s), then, IMU9 only, n x magnetic
field. Source: the vendor's Python client. Unverified: the status, that IMU6 looks like IMU9
without the field, that the time is that of the first sample; no captured frame was found.
"""

import math

from livecoach.errors import WireError
from livecoach.model import ImuPacket
from livecoach.wire.triples import ACC_MOST_MPS2, GYR_MOST_RADPS, floats

SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
WRITE = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY = "34800002-7185-4d5d-b431-630e7050e8f0"
IMU6, IMU9 = 6, 9
"""The references we subscribe with: they tell the layout of what comes back."""
RATE_HZ = 104
CLOCK_WRAP_S = 2**32 / 1e3
_RESPONSE, _DATA, _MORE = 1, 2, 3
_HEAD = 6


def subscribe(reference: int, rate_hz: int = RATE_HZ) -> bytes:
    """Ask for `IMU6` or `IMU9` at a rate."""
    return bytes([1, reference]) + f"/Meas/IMU{reference}/{rate_hz}".encode()


def unsubscribe(reference: int) -> bytes:
    """Ask for no more of it."""
    return bytes([2, reference])


class MovesenseStream:
    """Notifications -> packets; at most one first part is kept.

    Whether a second part follows is learned: until one has come, or a first part has been followed
    by another first part, a first part is held back.

    Parameters
    ----------
    rate_hz
        What was asked for: the frames do not say it, and hold the time of their first sample only.
    """

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        self._period_s = 1.0 / rate_hz
        self._held = b""
        self._split: bool | None = None
        self._lost = False

    def update(self, data: bytes, t: float) -> list[ImuPacket]:
        """Take in one notification; answers to requests give nothing."""
        del t
        if len(data) < 2:
            raise WireError(f"a Movesense notification needs 2 bytes, got {len(data)}", data)
        if data[0] == _DATA:
            return self._first(data)
        if data[0] == _MORE:
            return self._second(data)
        if data[0] == _RESPONSE:
            return []
        raise WireError(f"no such Movesense notification: {data[0]}", data)

    def _first(self, data: bytes) -> list[ImuPacket]:
        held, self._held = self._held, data
        if held and self._split:
            self._lost = True
            return []
        if held:
            self._split = False
        if self._split is not False:
            return []
        self._held = b""
        return [self._packet(frame) for frame in (held, data) if frame]

    def _second(self, data: bytes) -> list[ImuPacket]:
        held, self._held, self._split = self._held, b"", True
        if not held or held[1] != data[1]:
            self._lost = True
            return []
        return [self._packet(held + data[2:])]

    def _packet(self, frame: bytes) -> ImuPacket:
        lost, self._lost = self._lost, True
        sets = {IMU6: 2, IMU9: 3}.get(frame[1], 0)
        n, rest = divmod(len(frame) - _HEAD, 12 * sets) if sets else (0, 0)
        if n < 1 or rest:
            raise WireError(f"{len(frame)} bytes are no whole Movesense frame", frame)
        end = _HEAD + 12 * n
        acc = floats(frame[_HEAD:end], 1.0, ACC_MOST_MPS2)
        gyr = floats(frame[end : end + 12 * n], math.radians(1.0), GYR_MOST_RADPS)
        self._lost = False
        last_s = int.from_bytes(frame[2:_HEAD], "little") / 1e3 + (n - 1) * self._period_s
        return ImuPacket(
            acc=acc,
            gyr=gyr,
            clock_s=last_s % CLOCK_WRAP_S,
            clock_wrap_s=CLOCK_WRAP_S,
            period_s=self._period_s,
            broken=lost,
        )
