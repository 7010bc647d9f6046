"""The one error tree.

Doors (sources, sinks, store) translate foreign exceptions into these with ``raise ... from exc``;
only the session decides whether to retry, degrade or stop. Every message is one line that a runner
can act on: it names the thing that is wrong and, where there is one, the way out.
"""

__all__ = [
    "AudioError",
    "BrokerError",
    "ConfigError",
    "LivecoachError",
    "SinkError",
    "SourceError",
    "SourceNotFoundError",
    "StoreBusyError",
    "StoreError",
    "StoreFullError",
    "WireError",
]


class LivecoachError(Exception):
    """Anything that livecoach itself can say is wrong."""


class ConfigError(LivecoachError):
    """A setting is wrong: unknown key, impossible value, unreadable file.

    Parameters
    ----------
    path
        Where: a file, an option, a key such as ``coach.target``.
    reason
        What is wrong there and what would be right.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class WireError(LivecoachError):
    """Bytes that do not mean what their kind says.

    Parameters
    ----------
    reason
        What is wrong with them.
    payload
        The bytes themselves.
    """

    def __init__(self, reason: str, payload: bytes) -> None:
        super().__init__(reason)
        self.reason = reason
        self.payload = payload


class SourceError(LivecoachError):
    """A door in does not work: a sensor, a recording, a bus."""


class SourceNotFoundError(SourceError):
    """What was asked for is not there."""


class SinkError(LivecoachError):
    """A door out does not work."""


class AudioError(SinkError):
    """No sound: no library, no device, or the device went away."""


class BrokerError(SinkError):
    """The coach's side cannot be reached, or does not want what it is told."""


class StoreError(LivecoachError):
    """A session file or the runner's profile cannot be read or written."""


class StoreFullError(StoreError):
    """The disk takes no more; it may again once there is room."""


class StoreBusyError(StoreError):
    """Another program has the file open: a session that is still running, most likely."""
