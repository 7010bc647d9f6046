"""Recordings made worse in ways that happen."""

from collections.abc import Sequence

from msgspec.structs import replace

from livecoach.model import ImuSample
from tests.gait.recordings import G

FIELDS = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")


def between(a: ImuSample, b: ImuSample, t: float) -> ImuSample:
    """Return the reading at ``t`` on the line from one sample to the next."""
    share = min(max((t - a.t) / (b.t - a.t), 0.0), 1.0)
    values: list[float | None] = []
    for name in FIELDS:
        first, second = getattr(a, name), getattr(b, name)
        known = first is not None and second is not None
        values.append(first + share * (second - first) if known else None)
    x, y, z, *gyr = values
    assert x is not None
    assert y is not None
    assert z is not None
    return ImuSample(t, x, y, z, *gyr)


def resampled(samples: Sequence[ImuSample], rate_hz: float) -> list[ImuSample]:
    """Return the readings of a sensor of another rate, linear between samples."""
    out: list[ImuSample] = []
    i = n = 0
    while (t := samples[0].t + n / rate_hz) <= samples[-1].t:
        while samples[i + 1].t < t and i + 2 < len(samples):
            i += 1
        out.append(between(samples[i], samples[i + 1], t))
        n += 1
    return out


def lossy(samples: Sequence[ImuSample], share: float) -> list[ImuSample]:
    """Return the samples without a share of them, the same ones each time."""
    state, kept = 12345, []
    for sample in samples:
        state = (1103515245 * state + 12345) % 2**31
        if state >= share * 2**31:
            kept.append(sample)
    return kept


def packets(
    samples: Sequence[ImuSample], share: float, draw: int, size: int = 8
) -> list[ImuSample]:
    """Return the samples without a share of their packets, others for another ``draw``."""
    state = 12345 + draw
    kept: list[ImuSample] = []
    for start in range(0, len(samples), size):
        state = (1103515245 * state + 12345) % 2**31
        if state >= share * 2**31:
            kept += samples[start : start + size]
    return kept


def in_g(samples: Sequence[ImuSample]) -> list[ImuSample]:
    """Return the samples as a sensor that counts in g would say them."""
    return [replace(s, acc_x=s.acc_x / G, acc_y=s.acc_y / G, acc_z=s.acc_z / G) for s in samples]


def clipped(samples: Sequence[ImuSample], limit_g: float) -> list[ImuSample]:
    """Return the samples of a sensor that can't say more than ``limit_g``."""
    top = limit_g * G
    return [
        replace(s, **{a: min(max(getattr(s, a), -top), top) for a in FIELDS[:3]}) for s in samples
    ]


def swapped(samples: Sequence[ImuSample], pair: str) -> list[ImuSample]:
    """Return the samples with two axes' columns swapped (``"xy"``)."""
    a, b = pair[0], pair[1]
    return [
        replace(
            s,
            **{f"{kind}_{a}": getattr(s, f"{kind}_{b}") for kind in ("acc", "gyr")},
            **{f"{kind}_{b}": getattr(s, f"{kind}_{a}") for kind in ("acc", "gyr")},
        )
        for s in samples
    ]
