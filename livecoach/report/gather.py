"""Session files -> reviews: the one asked for, and earlier ones of the same runner beside it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from livecoach.errors import ConfigError, StoreError
from livecoach.model import Event, Link, SensorInfo
from livecoach.report.export import events_of
from livecoach.report.review import USED, Origin, Review, ReviewBuilder, Section, Told
from livecoach.session.known import recorded_config
from livecoach.store.reader import SessionFile

EARLIER = 5
_LOOK_S = 60.0
_ENDED = {"done", "interrupted", "failed"}
_SAME_SPEED_MPS = 0.3

Watch: TypeAlias = Callable[[Iterator[Event], str], Iterator[Event]]


class Own(Struct, frozen=True):
    """The runner's own way of running: a part nobody coached, and of which session it is."""

    section: Section
    session_id: str
    here: bool


def review(session: SessionFile, watch: Watch) -> Review:
    """Return what there is to tell of a session.

    Raises
    ------
    StoreError
        Nobody was seen running in it.
    """
    builder = ReviewBuilder()
    for event in watch(events_of(session, *USED), session.header.session_id):
        builder.update(event)
    found = builder.finish(_told(session))
    if "step_rate_spm" not in found.whole.means:
        raise StoreError(f"{session.path}: nobody was seen running in it, nothing to report")
    return found


def earlier(of: Review, folder: Path, watch: Watch) -> list[Review]:
    """Return the last sessions before this one of the same runner in a folder, newest first.

    A simulated runner is compared with simulated ones only; files that cannot be read are left out.
    """
    found: list[Review] = []
    dated: list[tuple[str, Path]] = []
    for path in folder.glob("*.db"):
        told = _quiet(path)
        if told is not None and _comparable(told, of):
            dated.append((told.started_at, path))
    for _, path in sorted(dated, reverse=True):
        if len(found) == EARLIER:
            break
        try:
            with SessionFile(path) as session:
                found.append(review(session, watch))
        except (StoreError, ConfigError):
            continue
    return found


def own_way(of: Review, before: list[Review]) -> Own | None:
    """Return the runner's own way of running: of this run, else of the last one like it.

    Like it: the same places of the sensors, and the same speed (within 0.3 m/s, or both unknown).
    """
    if "own" in of.parts:
        return Own(of.parts["own"], of.session_id, here=True)
    speed = of.whole.means.get("speed_mps")
    for other in before:
        own = other.parts.get("own")
        if own is None or other.mounts != of.mounts:
            continue
        theirs = own.means.get("speed_mps")
        if (speed is None) != (theirs is None):
            continue
        if speed and theirs and abs(speed.value - theirs.value) > _SAME_SPEED_MPS:
            continue
        return Own(own, other.session_id, here=False)
    return None


def _quiet(path: Path) -> Told | None:
    if not path.is_file():
        return None
    try:
        with SessionFile(path) as session:
            return _told(session)
    except (StoreError, ConfigError):
        return None


def _comparable(told: Told, of: Review) -> bool:
    simulated = "simulation" in {told.origin, of.origin}
    return (
        told.runner == of.runner
        and told.session_id != of.session_id
        and told.started_at < of.started_at
        and (not simulated or told.origin == of.origin)
    )


def _told(session: SessionFile) -> Told:
    header = session.header
    config = recorded_config(header, session.path)
    return Told(
        session_id=header.session_id,
        started_at=header.started_at,
        runner=config.runner.name,
        origin=_origin(config.sources),
        sensors=_sensors(session),
        wish=config.coach.target,
        ended=session.summary is not None and session.summary.reason in _ENDED,
        duration_s=session.duration_s(),
    )


def _origin(sources: tuple[str, ...]) -> Origin:
    if any(uri.startswith("sim:") for uri in sources):
        return "simulation"
    return "live" if any(uri.startswith("ble:") for uri in sources) else "recording"


def _sensors(session: SessionFile) -> tuple[SensorInfo, ...]:
    """Return the sensors that were found in the first minute."""
    found: dict[str, SensorInfo] = {}
    for x in session.inputs():
        if x.t > _LOOK_S:
            break
        if isinstance(x, Link) and x.info is not None:
            found[x.source] = x.info
    return tuple(found.values())
