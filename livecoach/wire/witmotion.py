"""WitMotion WT901BLE: frames of 20 bytes on 0xFFE4 of service 0xFFE5 (base 0000xxxx-...-9a34fb).

Frame, little-endian: 55 61, then s16 acceleration x 3 (/32768 x 16 g), gyro x 3 (/32768 x 2000
deg/s), angle x 3 (/32768 x 180 deg, passed over). No clock, no counter, no check sum; one
notification may hold several frames or part of one. Sources: WT901BLECL manual pages, one real
frame. Settings are written to 0xFFE9, after the unlock: ``FF AA 03 nn 00``, unverified.
"""

import math
import struct

from livecoach.model import ImuPacket, Triple

SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"
DATA = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE = "0000ffe9-0000-1000-8000-00805f9a34fb"
UNLOCK = bytes.fromhex("ffaa6988b5")
RATE_CODES = {10: 0x06, 20: 0x07, 50: 0x08, 100: 0x09, 200: 0x0A}
_HEAD = b"\x55\x61"
_ANSWER = b"\x55\x71"
_FRAME = struct.Struct("<2x9h")
_ACC_STEP_MPS2 = 16 * 9.80665 / 32768
_GYR_STEP_RADPS = math.radians(2000) / 32768
_ACC_STEP_G = 16 / 32768


def rate_request(rate_hz: int) -> bytes:
    """Ask for one of `RATE_CODES` frames a second (after `UNLOCK`; unverified)."""
    return bytes([0xFF, 0xAA, 0x03, RATE_CODES[rate_hz], 0x00])


def build(acc_g: Triple, gyr_dps: Triple, angle_deg: Triple = (0.0, 0.0, 0.0)) -> bytes:
    """Write one frame; values beyond the ranges are held at them."""
    scaled = [v / 16 for v in acc_g] + [v / 2000 for v in gyr_dps] + [v / 180 for v in angle_deg]
    steps = [min(32767, max(-32768, round(v * 32768))) for v in scaled]
    return _HEAD + struct.pack("<9h", *steps)


class WitMotionStream:
    """Notifications -> one packet each, of as many samples as it completed; never an error.

    Garbage is passed over up to the next head. With nothing to check a frame by, a head inside the
    values can be taken for one after a loss: then at most one wrong frame goes by before the frames
    that follow line up, since a frame that is not followed by a head is passed over.
    """

    def __init__(self) -> None:
        self._rest = b""

    def update(self, data: bytes, t: float) -> list[ImuPacket]:
        """Take in one notification."""
        del t
        self._rest += data
        acc: list[Triple] = []
        gyr: list[Triple] = []
        while frame := self._next():
            ax, ay, az, gx, gy, gz, *_ = _FRAME.unpack(frame)
            acc.append((ax * _ACC_STEP_MPS2, ay * _ACC_STEP_MPS2, az * _ACC_STEP_MPS2))
            gyr.append((gx * _GYR_STEP_RADPS, gy * _GYR_STEP_RADPS, gz * _GYR_STEP_RADPS))
        return [ImuPacket(acc=tuple(acc), gyr=tuple(gyr))] if acc else []

    def _next(self) -> bytes:
        """Cut the next measuring frame off what is left; empty when there is none yet."""
        size = _FRAME.size
        while len(self._rest) >= size:
            head, after = self._rest[:2], self._rest[size : size + 2]
            good = not after or _head(after) or after == b"\x55"
            if _head(head) and good:
                frame, self._rest = self._rest[:size], self._rest[size:]
                if head == _HEAD:
                    return frame
                continue
            at = self._rest.find(b"\x55", 1)
            self._rest = self._rest[at:] if at > 0 else b""
        return b""


def _head(data: bytes) -> bool:
    return data in {_HEAD, _ANSWER}
