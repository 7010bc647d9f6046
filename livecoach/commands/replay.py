"""``livecoach replay``: the recorded inputs through the same code, every event compared."""

from pathlib import Path

from msgspec import Struct

from livecoach.commands.output import print_json, stdout, watched
from livecoach.commands.what_if import what_if
from livecoach.model import Event
from livecoach.session.known import pipeline_of, recorded_config
from livecoach.sinks.lines import clock
from livecoach.store.places import sessions_dir
from livecoach.store.reader import SessionFile, find_session


class Comparison(Struct):
    """How a replay compares with what was recorded."""

    session_id: str
    inputs: int = 0
    events: int = 0
    recorded_events: int = 0
    raw_end_s: float | None = None
    stored_only_events: int = 0
    identical: bool = True
    first_difference: str | None = None


def replay(*, ident: str, changes: tuple[str, ...], folder: Path | None, as_json: bool) -> int:
    """Replay a session; exit code 1 when an event differs. With ``changes``, compare cues."""
    path = find_session(ident, folder or sessions_dir())
    if changes:
        return what_if(path, changes, as_json=as_json)
    found = compare(path)
    if as_json:
        print_json(found)
        return 0 if found.identical else 1
    console = stdout()
    console.print(f"{found.session_id}: {found.inputs} inputs, {found.events} events", markup=False)
    if found.raw_end_s is not None:
        console.print(
            f"Sensor data end at {clock(found.raw_end_s)}, where the disk had no more room: of what"
            f" came after, {found.stored_only_events} stored events are all there is.",
            soft_wrap=True,
        )
    if found.identical:
        until = "" if found.raw_end_s is None else " up to there"
        console.print(f"Every event{until} came out again, bit for bit.")
        return 0
    console.print(f"Not identical. {found.first_difference}", markup=False, soft_wrap=True)
    return 1


def compare(path: Path) -> Comparison:
    """Replay the session at ``path`` and compare every event with the recorded one.

    A session that was cut off may have recorded inputs whose events it did not live to write; these
    events are no difference. Where raw data end, so does the comparison.
    """
    with SessionFile(path) as session, SessionFile(path) as again:
        header = session.header
        pipeline = pipeline_of(recorded_config(header, path), header.profile)
        found = Comparison(header.session_id)
        recorded = again.events()
        if session.raw_end is not None:
            found.raw_end_s = session.raw_end.t
        for x in watched(session.inputs(), [path], "replaying"):
            found.inputs += 1
            for event in pipeline.update(x):
                found.events += 1
                expected = next(recorded, None)
                found.recorded_events += expected is not None
                if event != expected and not (expected is None and session.cut_off):
                    _differ(found, event, expected)
        if session.raw_end is not None:
            found.stored_only_events = sum(1 for _ in recorded)
        left = next(recorded, None)
        if left is not None:
            _differ(found, None, left)
    return found


def _differ(found: Comparison, event: Event | None, expected: Event | None) -> None:
    found.identical = False
    if found.first_difference is None:
        found.first_difference = f"Event {found.events}: recorded {expected}, now {event}"
