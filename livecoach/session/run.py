"""Run one session: pull inputs, number and record them, feed the pipeline, serve the sinks.

However the loop ends, the session file is closed with a summary.
"""

import asyncio
import math
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from livecoach import __version__
from livecoach.config import Config, settled, spoken
from livecoach.errors import ConfigError, StoreError
from livecoach.model import Baseline, Device, Dropped, Input, Played, Profile, Tick
from livecoach.session.inbox import Inbox
from livecoach.session.known import keep, pipeline_of
from livecoach.session.outlets import Observer, Outlets
from livecoach.session.pacing import AsFastAsPossible, Pace, RealTime, merged
from livecoach.session.tally import Tally
from livecoach.sources import Door, LiveDoor
from livecoach.sources.file import SessionDoor
from livecoach.sources.simulator import SimulatorDoor
from livecoach.store.header import Header, Reason, new_session_id

_RESTART_S = 10.0


class Plan(Struct, frozen=True, kw_only=True):
    """What is to be run, beside the configuration.

    ``record_in`` is the folder for the session file, None for none; ``wav_fallback`` the WAV file
    when there is no sound card; ``offsets_s`` how much later than it says each device is heard.
    """

    config: Config
    profile: Profile
    pace: Literal["realtime", "max"] = "realtime"
    session_id: str = msgspec.field(default_factory=new_session_id)
    offsets_s: dict[str, float] = {}
    record_in: Path | None = None
    wav_fallback: Path | None = None


class Outcome(Struct, kw_only=True):
    """What became of it.

    ``path`` is the session file, ``sound`` where the sound went, ``dropped`` the cues not played,
    ``gaps`` those heard in the sound, ``problems`` what went wrong with a sink, ``baselines`` and
    ``devices`` what was measured and confirmed here.
    """

    tally: Tally
    duration_s: float
    reason: Reason
    session_id: str
    path: Path | None
    sound: str
    dropped: int
    gaps: int
    problems: tuple[str, ...]
    baselines: tuple[Baseline, ...]
    devices: tuple[Device, ...] = ()


async def run(
    plan: Plan,
    doors: Sequence[Door | LiveDoor],
    say: Callable[[str], None],
    observers: tuple[Observer, ...] = (),
) -> Outcome:
    """Run a session to its end, to ``seconds`` or to Ctrl-C.

    Parameters
    ----------
    plan
        What to run.
    doors
        Where inputs come from.
    say
        Gets each one-line notice for the person.
    observers
        See every event.
    """
    real = plan.pace == "realtime"
    pace: Pace = RealTime(asyncio.get_running_loop().time) if real else AsFastAsPossible()
    session = _Session(plan, doors, pace, Outlets(pace, say, observers))
    with _stop_on_signals(session.stop):
        outcome = await session.run()
    simulated = any(isinstance(d, SimulatorDoor | SessionDoor) for d in doors)
    if real and not simulated:
        keep(plan.config.runner.name, plan.profile, outcome.baselines, outcome.devices, say)
    return outcome


class _Session:
    """The state of one run."""

    def __init__(
        self, plan: Plan, doors: Sequence[Door | LiveDoor], pace: Pace, outlets: Outlets
    ) -> None:
        self._plan = plan
        self._config = settled(plan.config)
        self._everyone = tuple(doors)
        self._live = [d for d in doors if isinstance(d, LiveDoor)]
        self._doors = [d for d in doors if not isinstance(d, LiveDoor)]
        if self._live and self._doors:
            raise ConfigError("--source", "live sensors and recordings have no clock in common")
        if self._live and plan.pace != "realtime":
            raise ConfigError("--pace", "live sensors come at their own pace: leave it out")
        self._pace = pace
        self._outlets = outlets
        self._complete = any(d.complete for d in self._doors)
        self._pipeline = pipeline_of(self._config, plan.profile)
        self._tally = Tally()
        self._n = 0
        self._t = 0.0
        self._stopped = False
        self._restarted: dict[str, float] = {}
        self._id = plan.session_id

    def stop(self) -> None:
        """End the session at the next input."""
        self._stopped = True

    async def run(self) -> Outcome:
        """Open the sinks, loop, close them whatever happens."""
        path: Path | None = None
        reason: Reason = "failed"
        try:
            sound = await self._outlets.open_sound(
                self._config.audio,
                self._plan.wav_fallback,
                self._offset_s,
                phrases=spoken(self._config),
                wait=self._plan.pace == "max",
            )
            path = self._open_recorder()
            self._add(sound)
            await self._loop()
            reason = "interrupted" if self._stopped else "done"
        finally:
            await self._outlets.close(self._tally.summary(_utc_now(), self._t, reason))
        return Outcome(
            tally=self._tally,
            duration_s=self._t,
            reason=reason,
            session_id=self._id,
            path=path,
            sound=self._outlets.sound,
            dropped=self._outlets.dropped_total(),
            gaps=self._outlets.gaps(),
            problems=tuple(self._outlets.problems),
            baselines=self._pipeline.coach.measured_baselines,
            devices=self._pipeline.pods.confirmed,
        )

    async def _loop(self) -> None:
        if self._live:
            await self._loop_live()
        for x in merged(self._doors, self._config.seconds):
            await self._pace.until(x.t)
            if self._stopped:
                break
            self._take(x)
        self._bring_back_what_was_heard()

    async def _loop_live(self) -> None:
        """Serve live doors until the time is over or someone says stop."""
        inbox = Inbox(self._pace)
        serving = {
            asyncio.create_task(door.run(inbox.put, self._pace.now)): door.name
            for door in self._live
        }
        try:
            async for x in inbox.inputs(self._config.seconds):
                if self._stopped:
                    return
                self._take(x)
                if isinstance(x, Tick):
                    self._miss_doors(serving)
                    self._restart_late_streams(x.t)
        finally:
            for task in serving:
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)

    def _restart_late_streams(self, t: float) -> None:
        """Have streams that lag begin anew, each at most every ten seconds."""
        for source in self._pipeline.late:
            if t - self._restarted.get(source, -math.inf) >= _RESTART_S:
                self._restarted[source] = t
                for door in self._live:
                    door.restart(source)

    def _miss_doors(self, serving: dict[asyncio.Task[None], str]) -> None:
        """Go on without a door that has given up; raise its error when it was the last."""
        for task in [task for task in serving if task.done()]:
            name, error = serving.pop(task), task.exception()
            if error is not None and not serving:
                raise error
            self._outlets.trouble(f"{name} has given up: {error or 'it says no more'}")

    def _take(self, x: Input) -> None:
        """Use an input; with each tick, look after the sinks."""
        self._feed(x)
        if isinstance(x, Tick):
            self._bring_back_what_was_heard()
            for change in self._outlets.changes():
                self._add(msgspec.structs.replace(change, t=self._t))
            self._outlets.tick(self._t)

    def _feed(self, x: Input) -> None:
        """Use an input, once it is numbered and recorded."""
        if not self._complete:
            self._n += 1
            x = msgspec.structs.replace(x, n=self._n)
        self._t = max(self._t, x.t)
        self._outlets.record(x)
        for event in self._pipeline.update(x):
            self._tally.update(event)
            self._outlets.update(event)

    def _bring_back_what_was_heard(self) -> None:
        for cue, t_played, late_s in self._outlets.heard():
            for door in self._everyone:
                door.hear(t_played)
            self._add(Played(0, self._t, cue, t_played, late_s))
        for cue, reason in self._outlets.dropped():
            self._add(Dropped(0, self._t, cue, reason))

    def _add(self, x: Input) -> None:
        """Feed an input of this run's own; a recorded session has its own already."""
        if not self._complete:
            self._feed(x)

    def _offset_s(self, device: str) -> float:
        """Return how much later than it says a device is heard."""
        told = self._config.audio.offset_s
        return self._plan.offsets_s.get(device, 0.0) if told is None else told

    def _open_recorder(self) -> Path | None:
        folder = self._plan.record_in
        if folder is None:
            return None
        path = folder / f"{self._id}.db"
        header = Header(
            session_id=self._id,
            started_at=_utc_now(),
            version=__version__,
            config=msgspec.to_builtins(self._config),
            seed=self._config.seed,
            profile=self._plan.profile,
            sources=tuple(d.name for d in self._everyone),
        )
        try:
            self._outlets.open_recorder(path, header)
        except StoreError as exc:
            if self._plan.pace != "realtime":
                raise
            # somebody is about to run: the beat matters more than its record
            self._outlets.trouble(f"This run is not recorded: {exc}")
            return None
        return path


def _utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def _stop_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Turn Ctrl-C and its kin into a clean stop, where the platform allows it."""
    loop = asyncio.get_running_loop()
    signals = [signal.SIGINT, signal.SIGTERM]
    signals += [signal.SIGHUP] if hasattr(signal, "SIGHUP") else []  # the terminal was closed
    try:
        for sig in signals:
            loop.add_signal_handler(sig, stop)
    except NotImplementedError:  # Windows: KeyboardInterrupt ends the program instead
        yield
        return
    try:
        yield
    finally:
        for sig in signals:
            loop.remove_signal_handler(sig)
