"""Everything that can steer the pure rooms: recorded before it is used, numbered in order."""

from typing import Literal, TypeAlias

from msgspec import Struct

from livecoach.model.sensors import SensorInfo


class Payload(Struct, frozen=True, tag="payload", gc=False):
    """Bytes from a sensor, stamped on the door's first line.

    ``channel`` says how to read them (``"imu.csv"``, ``"ble.csv"``, a characteristic); ``row`` is
    the line of the file or the running number of the packet.
    """

    n: int
    t: float
    source: str
    channel: str
    row: int
    data: bytes


class Tick(Struct, frozen=True, tag="tick", gc=False):
    """Time passes: ten a second."""

    n: int
    t: float


class Command(Struct, frozen=True, tag="command"):
    """Someone wants something: a key, a button, a coach elsewhere (who named the wish ``id``)."""

    n: int
    t: float
    name: str
    value: str = ""
    id: str = ""


class Link(Struct, frozen=True, tag="link"):
    """A sensor was found (then ``info`` says what it is) or lost."""

    n: int
    t: float
    source: str
    state: Literal["found", "lost"]
    info: SensorInfo | None = None


class Sound(Struct, frozen=True, tag="sound"):
    """Where the sound goes from now on, or that it is gone.

    What is handed over starts no sooner than ``latency_s`` later, and is heard ``offset_s`` after
    the device says that it starts (Bluetooth headphones: 0.1-0.3 s).
    """

    n: int
    t: float
    device: str
    state: Literal["open", "lost", "back"]
    latency_s: float = 0.0
    offset_s: float = 0.0


class Played(Struct, frozen=True, tag="played", gc=False):
    """What the sound card really did: a cue heard at ``t_played``, ``late_s`` after its due."""

    n: int
    t: float
    cue: int
    t_played: float
    late_s: float


class Dropped(Struct, frozen=True, tag="dropped"):
    """A cue was not played, and why."""

    n: int
    t: float
    cue: int
    reason: str


Input: TypeAlias = Payload | Tick | Command | Link | Sound | Played | Dropped
