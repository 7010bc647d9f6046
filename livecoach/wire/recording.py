"""Recordings on disk: ``<name>.imu.csv`` with its ``.imu.toml``, and ``<name>.ble.csv`` captures.

An IMU row is ``t,acc_x,acc_y,acc_z[,gyr_x,gyr_y,gyr_z]`` in any column order; an empty cell is a
missing value. A row without a whole acceleration is no sample; a sample without a whole gyro
reading carries none. An axis that has never had a value is taken as not measured and read as 0.
A capture row is ``t,device,characteristic,hex``. Both forms keep the recording's own clock, but
`ImuRows` gives session time.
"""

import math
import tomllib
from typing import Any, Literal

from msgspec import Struct

from livecoach.errors import WireError
from livecoach.model import MOUNTS, ImuSample, Mount, SensorInfo

IMU_COLUMNS = ("t", "acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")
CAPTURE_COLUMNS = ("t", "device", "characteristic", "hex")
_NEEDED = IMU_COLUMNS[:4]
_DEFAULT_AXES = {"forward": "+x", "left": "+y", "up": "+z"}
_AXES = ("+x", "-x", "+y", "-y", "+z", "-z", "unknown")
_NUMBERS = {
    "rate_hz": (1.0, 10_000.0),
    "speed_mps": (0.0, 15.0),
    "incline_percent": (-100.0, 100.0),
    "mass_kg": (10.0, 400.0),
    "height_m": (0.5, 2.6),
    "leg_length_m": (0.2, 1.6),
}
# Beyond any sensor made for people: 200 g and 6,000 deg/s.
_ACC_LIMIT, _GYR_LIMIT = 1962.0, 105.0


def header(line: bytes, kind: Literal["imu", "ble"]) -> tuple[str, ...]:
    """Read the header line; raises `WireError` when it is not one of this kind."""
    text = line.decode("utf-8-sig", "replace").strip()
    names = tuple(cell.strip() for cell in text.split(","))
    wanted = IMU_COLUMNS if kind == "imu" else CAPTURE_COLUMNS
    right = names == wanted if kind == "ble" else set(_NEEDED) <= set(names)
    if not right or len(set(names)) != len(names):
        shown = text if len(text) <= 60 else text[:57] + "..."
        raise WireError(f"the header must be {','.join(wanted)}; found {shown!r}", line)
    return names


def row_time(data: bytes, column: int) -> float | None:
    """Return the time cell of a row, or None when there is none that makes sense."""
    cells = data.split(b",", column + 1)
    try:
        t = float(cells[column])
    except (IndexError, ValueError):
        return None
    return t if math.isfinite(t) else None


class ImuRows:
    """Rows of one IMU recording -> samples, with times turned into session time."""

    def __init__(self, info: SensorInfo) -> None:
        self._origin = info.t_origin_s
        self._width = len(info.columns)
        order = {name: k for k, name in enumerate(info.columns)}
        self._t = order["t"]
        self._acc = tuple(order[n] for n in IMU_COLUMNS[1:4])
        self._gyr = tuple(order[n] for n in IMU_COLUMNS[4:] if n in order)
        self._measured = [False, False, False]
        self._alive = False

    def update(self, data: bytes) -> ImuSample:
        """Read one row; raises `WireError` when it holds no sample."""
        cells = data.split(b",")
        if len(cells) != self._width:
            raise WireError(f"the row has {len(cells)} cells, not {self._width}", data)
        t = _number(cells[self._t])
        if t is None:
            raise WireError("the time cell holds no number", data)
        self._alive = self._alive or any(_number(cells[k]) is not None for k in self._acc)
        x, y, z = (self._acceleration(axis, cells[k]) for axis, k in enumerate(self._acc))
        if x is None or y is None or z is None:
            raise WireError("the acceleration is missing or beyond any sensor (200 g)", data)
        gyr = [_number(cells[k]) for k in self._gyr]
        if len(gyr) == 3:
            p, q, r = gyr
            if p is not None and q is not None and r is not None:
                gyro = (p, q, r)
                if max(map(abs, gyro)) <= _GYR_LIMIT:
                    return ImuSample(t - self._origin, x, y, z, p, q, r)
        return ImuSample(t - self._origin, x, y, z)

    def _acceleration(self, axis: int, cell: bytes) -> float | None:
        """Return one axis; one that has never had a value counts as not measured and reads 0."""
        value = _number(cell)
        if value is None:
            return None if self._measured[axis] or cell.strip() or not self._alive else 0.0
        if abs(value) > _ACC_LIMIT:
            return None
        self._measured[axis] = True
        return value


class CaptureRow(Struct, frozen=True):
    """One notification of a capture, in the recording's own time."""

    t: float
    device: str
    characteristic: str
    data: bytes


def capture_row(data: bytes) -> CaptureRow:
    """Read one row of a capture; 128-bit forms of 16-bit characteristics are shortened."""
    cells = [cell.strip() for cell in data.decode("utf-8", "replace").split(",")]
    if len(cells) != len(CAPTURE_COLUMNS):
        raise WireError(f"the row has {len(cells)} cells, not {len(CAPTURE_COLUMNS)}", data)
    t = _number(cells[0].encode())
    if t is None:
        raise WireError("the time cell holds no number", data)
    try:
        payload = bytes.fromhex(cells[3])
    except ValueError:
        raise WireError(f"the payload is not hexadecimal: {cells[3][:40]!r}", data) from None
    name = cells[2].lower()
    if name.startswith("0000") and name.endswith("-0000-1000-8000-00805f9a34fb"):
        name = name[4:8]
    return CaptureRow(t, cells[1], name, payload)


def imu_info(text: str, name: str, mount: Mount | None = None) -> SensorInfo:
    """Read an ``.imu.toml``; unknown keys are remarks. Raises `WireError` for a wrong one.

    ``mount`` overrules the file's own.
    """
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise WireError(f"not TOML: {exc}", text.encode()) from exc
    said = mount or table.get("mount")
    if said not in MOUNTS:
        raise WireError(f"mount must be one of {', '.join(MOUNTS)}; found {said!r}", text.encode())
    values: dict[str, Any] = {key: _axis(table, key) for key in _DEFAULT_AXES}
    known = [axis[1] for axis in values.values() if axis != "unknown"]
    if len(set(known)) != len(known):
        raise WireError("forward, left and up must be three different axes", text.encode())
    values |= {key: _quantity(table, key) for key in _NUMBERS}
    return SensorInfo(
        name=name,
        kind="imu",
        mount=said,
        missing_axis=str(table.get("missing_axis", "")),
        data_kind=str(table.get("kind", "")),
        **values,
    )


def _axis(table: dict[str, Any], key: str) -> str:
    value = table.get(key, _DEFAULT_AXES[key])
    if value not in _AXES:
        raise WireError(f"{key} must be one of {', '.join(_AXES)}; found {value!r}", b"")
    return str(value)


def _quantity(table: dict[str, Any], key: str) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    low, high = _NUMBERS[key]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WireError(f"{key} must be a number; found {value!r}", b"")
    if not low <= value <= high:
        raise WireError(f"{key} must be {low:g} to {high:g}; found {str(value)[:40]}", b"")
    return float(value)


def imu_row(sample: ImuSample) -> bytes:
    """Write a sample as a row in the order of `IMU_COLUMNS` (the simulator speaks this way)."""
    cells = (sample.acc_x, sample.acc_y, sample.acc_z, sample.gyr_x, sample.gyr_y, sample.gyr_z)
    values = ["" if v is None else f"{v:.6g}" for v in cells]
    return f"{sample.t:.5f},{','.join(values)}".encode()


def _number(cell: bytes) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
