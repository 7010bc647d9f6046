"""Run one session: pull inputs, number and record them, feed the pipeline, serve the sinks.

However the loop ends, the session file is closed with a summary.
"""

import asyncio
import math
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from livecoach import __version__
from livecoach.coach import Coach
from livecoach.coach.plan import LearningPlan
from livecoach.config import settled, spoken
from livecoach.errors import ConfigError, StoreError
from livecoach.model import Command, Dropped, Input, Played, Tick
from livecoach.session.controls import Controls
from livecoach.session.inbox import Inbox
from livecoach.session.known import keep, keep_lesson, pipeline_of
from livecoach.session.outcome import Outcome, Plan
from livecoach.session.outlets import Observer, Outlets
from livecoach.session.pacing import AsFastAsPossible, Pace, RealTime, merged
from livecoach.session.tally import Tally
from livecoach.sources import Door, LiveDoor
from livecoach.sources.file import SessionDoor
from livecoach.sources.simulator import SimulatorDoor
from livecoach.store.header import Header, Reason

if TYPE_CHECKING:
    from livecoach.session.broadcast import Broadcast

_RESTART_S = 10.0


async def run(
    plan: Plan,
    doors: Sequence[Door | LiveDoor],
    say: Callable[[str], None],
    observers: tuple[Observer, ...] = (),
    controls: Sequence[LiveDoor] = (),
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
    controls
        Where commands come from: keys, a button, a coach elsewhere.
    """
    real = plan.pace == "realtime"
    pace: Pace = RealTime(asyncio.get_running_loop().time) if real else AsFastAsPossible()
    session = _Session(plan, doors, pace, Outlets(pace, say, observers), controls)
    keeps = real and not any(isinstance(d, SimulatorDoor | SessionDoor) for d in doors)
    if session.plan_line:
        say(session.plan_line if keeps else f"{session.plan_line} (This run does not count.)")
    with _stop_on_signals(session.stop):
        outcome = await session.run()
    if keeps:
        runner = plan.config.runner.name
        found = (outcome.baselines, outcome.devices, outcome.ledger)
        keep(runner, plan.profile, *found, say)
        if outcome.lesson is not None:
            outcome.counted = keep_lesson(runner, outcome.session_id, outcome.lesson, say)
    return outcome


class _Session:
    """The state of one run."""

    def __init__(
        self,
        plan: Plan,
        doors: Sequence[Door | LiveDoor],
        pace: Pace,
        outlets: Outlets,
        controls: Sequence[LiveDoor],
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
        self._inbox = Inbox(pace)
        put = self._inbox.put if self._live else None
        self._controls = Controls(controls, pace, put, outlets.trouble)
        if controls and self._complete:
            raise ConfigError("controls", "a recorded session has its own commands already")
        self._stopped = False
        self._ended: Reason = "done"
        self._restarted: dict[str, float] = {}
        self._id = plan.session_id

    @property
    def plan_line(self) -> str:
        """What to tell of the learning plan at the beginning."""
        lessons = self._lessons
        if lessons is None or self._config.coach.plan == "off":
            return ""
        beats, stage = self._config.coach.beats, lessons.stage
        return f"No learning plan: beats are {beats}." if stage is None else stage.text()

    @property
    def _lessons(self) -> LearningPlan | None:
        """The learning plan of a coach with a target; a guided protocol has none."""
        coach = self._pipeline.coach
        return coach.plan if isinstance(coach, Coach) and self._config.coach.target else None

    def stop(self) -> None:
        """Fall silent at once, and end the session at the next input."""
        if self._stopped:
            return
        self._stopped, self._ended = True, "interrupted"
        if self._n:
            self._add(Command(0, self._t, "stop"))
        self._outlets.mute(on=True, ending=True)

    async def run(self) -> Outcome:
        """Open the sinks, loop, close them whatever happens."""
        path: Path | None = None
        reason: Reason = "failed"
        try:
            self._outlets.audience = self._audience()
            sound = await self._outlets.open_sound(
                self._config.audio,
                self._plan.wav_fallback,
                self._offset_s,
                phrases=spoken(self._config),
                wait=self._plan.pace == "max",
                remarks=self._config.audio.speech and "say" in self._config.broker.allow,
            )
            path = self._open_recorder()
            self._add(sound)
            async with self._controls.listening():
                await self._loop()
            reason = self._ended
        finally:
            await self._outlets.close(self._tally.summary(_utc_now(), self._t, reason))
        coach, lessons = self._pipeline.coach, self._lessons
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
            baselines=coach.measured_baselines,
            devices=self._pipeline.pods.confirmed,
            guided=self._pipeline.result,
            stage=None if lessons is None else lessons.stage,
            lesson=None if lessons is None else lessons.lesson,
            ledger=coach.ledger if isinstance(coach, Coach) else (),
        )

    async def _loop(self) -> None:
        if self._live:
            await self._loop_live()
        for x in merged(self._doors, self._config.seconds):
            await self._pace.until(x.t)
            for command in self._controls.waiting(x.t):
                self._take(command)
            if self._stopped:
                break
            self._take(x)
            if self._pipeline.over and not self._complete:
                break
        self._bring_back_what_was_heard()

    async def _loop_live(self) -> None:
        """Serve live doors until the time is over or someone says stop."""
        serving = {
            asyncio.create_task(door.run(self._inbox.put, self._pace.now)): door.name
            for door in self._live
        }
        try:
            async for x in self._inbox.inputs(self._config.seconds):
                if self._stopped:
                    return
                self._take(x)
                if self._pipeline.over:
                    return
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
            for command in self._outlets.commands():
                self._add(msgspec.structs.replace(command, t=self._t))
            self._outlets.tick(self._t)

    def _feed(self, x: Input) -> None:
        """Use an input, once it is numbered and recorded."""
        if not self._complete:
            self._n += 1
            x = msgspec.structs.replace(x, n=self._n)
        self._t = max(self._t, x.t)
        self._outlets.take(x)
        for event in self._pipeline.update(x):
            self._tally.update(event)
            self._outlets.update(event)
        if isinstance(x, Command):
            modes = self._pipeline.modes
            self._stopped = self._stopped or modes.stopped
            self._outlets.mute(on=modes.silent, ending=modes.stopped)

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

    def _audience(self) -> "Broadcast | None":
        """Open the coach's side, when there is one and time passes as it does for a coach."""
        if not self._config.broker.url or self._plan.pace == "max":
            return None
        # MQTT is loaded only by those who use it: it takes a second on a small computer.
        broadcast = import_module("livecoach.session.broadcast")
        clock = broadcast.Clock(self._pace.now)
        outlets = self._outlets
        try:
            made: Broadcast = broadcast.Broadcast(
                self._config, self._id, clock, outlets.render, outlets.tell
            )
        except StoreError as exc:
            outlets.trouble(f"The coach's side is not told: {exc}")
            return None
        made.start()
        return made

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
