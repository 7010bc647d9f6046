"""``livecoach scan``: what is there to listen to, and with ``--audio`` to listen with."""

from importlib import import_module

from rich.table import Table

from livecoach.commands.output import print_json, stdout
from livecoach.commands.scan_bluetooth import scan_bluetooth
from livecoach.errors import AudioError
from livecoach.sinks.audio.open import NO_LIBRARY
from livecoach.sinks.audio.portaudio import Output, outputs, quiet_stderr


def scan(*, audio: bool, seconds: float, as_json: bool) -> int:
    """List sensors, or sound outputs; return the exit code."""
    if not audio:
        return scan_bluetooth(seconds, as_json=as_json)
    found = _outputs()
    if as_json:
        print_json(
            {
                "outputs": [
                    {
                        "name": output.name,
                        "host_api": output.host_api,
                        "rate_hz": output.rate_hz,
                        "latency_s": output.latency_s,
                        "default": output.default,
                    }
                    for output in found
                ]
            }
        )
        return 0
    if not found:
        raise AudioError("there is no sound output; --audio FILE.wav writes a file instead")
    table = Table("--audio", "by way of", "rate", "latency", "", box=None, pad_edge=False)
    for output in found:
        latency = f"{1e3 * output.latency_s:.0f} ms"
        rate = f"{output.rate_hz} Hz"
        table.add_row(
            output.name, output.host_api, rate, latency, "default" if output.default else ""
        )
    stdout().print(table)
    return 0


def _outputs() -> list[Output]:
    try:
        with quiet_stderr():
            return outputs(import_module("sounddevice"))
    except (ImportError, OSError) as exc:
        raise AudioError(NO_LIBRARY) from exc
