"""What both PortAudio backends need: the library, a device, quiet. Imported lazily everywhere."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from livecoach.errors import AudioError

_PREFERRED_RATE_HZ = 48_000

STALLED_S = 0.5
"""A device that has asked for no frames this long has stopped, whatever it says: a suspended sink
stays "active"."""

BEGIN_S = 40.0
"""A Raspberry Pi was seen to ask for its first frames after 30 s (sounddevice issue 327)."""


@dataclass(frozen=True)
class Device:
    """A PortAudio output: its index (None: the default), name and the rate to open it with."""

    index: int | None
    name: str
    rate_hz: int


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Keep the C libraries' chatter (ALSA without a card) off the terminal meanwhile."""
    kept = os.dup(2)
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def find_device(sd: ModuleType, wanted: str) -> Device:
    """Choose an output.

    Parameters
    ----------
    sd
        The sounddevice module.
    wanted
        ``"default"``, a device's name, or a part of one that no other device has.

    Raises
    ------
    AudioError
        No device of that name; the message lists those there are.
    sounddevice.PortAudioError
        There is no default output, or it does not work.
    """
    if wanted == "default":
        return _described(sd, None, sd.query_devices(kind="output"))
    outputs = [
        (index, info)
        for index, info in enumerate(sd.query_devices())
        if info["max_output_channels"] >= 2
    ]
    exact = [item for item in outputs if item[1]["name"].casefold() == wanted.casefold()]
    partial = [item for item in outputs if wanted.casefold() in item[1]["name"].casefold()]
    found = exact[:1] or partial
    if len(found) != 1:
        names = ", ".join(info["name"] for _, info in found or outputs) or "none at all"
        what = "is not one device" if found else "is not a stereo output"
        raise AudioError(f"audio: {wanted!r} {what}; there is: {names}")
    return _described(sd, *found[0])


@dataclass(frozen=True)
class Output:
    """A stereo output as a person may choose it; ``latency_s`` is the device's own word."""

    name: str
    host_api: str
    rate_hz: int
    latency_s: float
    default: bool


def outputs(sd: ModuleType) -> list[Output]:
    """Return the stereo outputs there are, the default one marked."""
    try:
        default = sd.query_devices(kind="output")["index"]
    except sd.PortAudioError:
        default = None
    apis = sd.query_hostapis()
    return [
        Output(
            name=str(info["name"]),
            host_api=str(apis[info["hostapi"]]["name"]),
            rate_hz=_described(sd, index, info).rate_hz,
            latency_s=float(info["default_high_output_latency"]),
            default=index == default,
        )
        for index, info in enumerate(sd.query_devices())
        if info["max_output_channels"] >= 2
    ]


def refresh_devices(sd: ModuleType) -> None:
    """Have PortAudio look for devices again; it does so only when it begins.

    No stream may be open. sounddevice offers no public way (its issue 7), hence the canary test.
    """
    sd._terminate()  # noqa: SLF001  there is no public way
    sd._initialize()  # noqa: SLF001  as above


def _described(sd: ModuleType, index: int | None, info: dict[str, Any]) -> Device:
    rate_hz = _PREFERRED_RATE_HZ
    try:
        sd.check_output_settings(index, channels=2, dtype="float32", samplerate=rate_hz)
    except sd.PortAudioError:
        with suppress(TypeError, ValueError):
            rate_hz = int(float(str(info["default_samplerate"])))
    return Device(index, str(info["name"]), rate_hz)
