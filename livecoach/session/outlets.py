"""The sinks of one session, each with its own way of failing; none of them stops the run."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from livecoach.config import AudioConfig
from livecoach.errors import AudioError
from livecoach.model import Command, Cue, Event, Input, Notice, Sound, Target
from livecoach.session.pacing import Pace
from livecoach.sinks.audio.open import open_audio
from livecoach.sinks.music import Music
from livecoach.sinks.recorder import Recorder
from livecoach.sinks.speaker import Speaker
from livecoach.sinks.voice import Voice
from livecoach.store.header import Header, Reason, Summary
from livecoach.store.places import cache_dir


class Observer(Protocol):
    """Someone who watches: the console, a test."""

    def update(self, event: Event) -> None:
        """See an event."""
        ...

    def tick(self, t: float) -> None:
        """See that time has passed."""
        ...


class Audience(Protocol):
    """The coach's side (`livecoach.session.broadcast`)."""

    def take(self, x: Input) -> None:
        """See an input that is about to be used."""
        ...

    def update(self, event: Event) -> None:
        """See an event."""
        ...

    def tick(self, t: float) -> None:
        """See that time has passed."""
        ...

    def commands(self) -> list[Command]:
        """Return what is wished for since the last call."""
        ...

    async def close(self, reason: Reason, dropped: int) -> None:
        """Tell how it ended."""
        ...


class Outlets:
    """Recorder, speaker and observers of one session.

    Parameters
    ----------
    pace
        Session time.
    say
        Gets one line for each thing that goes wrong.
    observers
        See every event.
    """

    def __init__(
        self, pace: Pace, say: Callable[[str], None], observers: tuple[Observer, ...]
    ) -> None:
        self._pace = pace
        self._say = say
        self._observers = observers
        self.sound = ""
        """Where the sound goes: a device, a file, ``null``; empty before it is open."""
        self._sound_lost = False
        self.problems: list[str] = []
        """What went wrong with a sink, a line each."""
        self._recorder: Recorder | None = None
        self._speaker: Speaker | None = None
        self._voice: Voice | None = None
        self._rendering: asyncio.Task[None] | None = None
        self.audience: Audience | None = None
        """The coach's side, once the session has one."""

    def open_recorder(self, path: Path, header: Header) -> None:
        """Begin the session file; raises `StoreError` when it cannot be made."""
        self._recorder = Recorder(path, header)

    async def open_sound(
        self,
        audio: AudioConfig,
        wav_fallback: Path | None,
        offset_of: Callable[[str], float],
        *,
        phrases: tuple[str, ...],
        wait: bool,
        remarks: bool = False,
    ) -> Sound:
        """Open the way out for sound and render what may be said; return where the sound goes.

        Without ``phrases`` and ``remarks`` (of a coach elsewhere) nothing is ever said.
        With ``wait`` every phrase is there when this returns; otherwise they are rendered while the
        session runs. Raises `AudioError` when a device or file that was asked for cannot be had.
        """
        backend = open_audio(audio.output, self._pace.now, wav_fallback, self._say)
        self.sound = backend.name
        if (phrases or remarks) and backend.name != "null":
            self._voice = Voice(
                *(cache_dir() / "speech", backend.rate_hz, audio.language, self._say),
                audio.speech_command,
            )
            self._rendering = asyncio.create_task(self._voice.prepare(phrases), name="speech")
        music = None
        if audio.music and backend.name != "null":
            music = Music(
                audio.music, audio.music_bpm, backend.rate_hz, audio.volume, self._say, wait=wait
            )
        self._speaker = Speaker(backend, self._voice, audio.volume, offset_of, audio.beat, music)
        if wait and self._rendering is not None:
            await self._rendering
        sound = self._speaker.opened(0.0)
        if sound.offset_s:
            why = "measured" if audio.offset_s is None else "[audio] offset_s"
            when = "later" if sound.offset_s > 0.0 else "earlier"
            ms = f"{1e3 * abs(sound.offset_s):.0f} ms"
            self._say(f"{sound.device} is heard {ms} {when} than it says ({why}); allowed for.")
        return sound

    def dropped_total(self) -> int:
        """Return how many cues came too late, or without a sound, to be played."""
        return 0 if self._speaker is None else self._speaker.dropped_total

    def gaps(self) -> int:
        """Return how many gaps were heard because the sound card ran dry."""
        return 0 if self._speaker is None else self._speaker.gaps

    def record(self, item: Input | Event) -> None:
        """Keep an input or event."""
        if self._recorder is not None:
            self._recorder.put(item)

    def take(self, x: Input) -> None:
        """Keep an input that is about to be used."""
        self.record(x)
        if self.audience is not None:
            self.audience.take(x)

    async def render(self, text: str) -> str:
        """Make a remark ready to be spoken; return why it cannot be, or nothing."""
        if self._voice is None:
            return "there is no speech in this run"
        await self._voice.prepare((text,))
        return "" if self._voice.clip(text) is not None else "it could not be put into speech"

    def commands(self) -> list[Command]:
        """Return what a coach elsewhere wishes since the last call."""
        return [] if self.audience is None else self.audience.commands()

    def update(self, event: Event) -> None:
        """Record an event, make it heard, tell of it, show it."""
        self.record(event)
        if isinstance(event, Cue) and self._speaker is not None:
            try:
                self._speaker.update(event, self._pace.now())
            except AudioError as exc:
                self._lose_sound(exc)
        elif isinstance(event, Target) and self._speaker is not None:
            self._speaker.follow(event.target_spm)
        if self.audience is not None:
            self.audience.update(event)
        self._show(lambda observer: observer.update(event))

    def mute(self, *, on: bool, ending: bool = False) -> None:
        """Silence everything that can be heard, at once, or let it be heard again."""
        if self._speaker is not None:
            try:
                self._speaker.mute(self._pace.now(), on=on, ending=ending)
            except AudioError as exc:
                self._lose_sound(exc)

    def heard(self) -> list[tuple[int, float, float]]:
        """Return (cue, time heard, lateness in s) of what has sounded since the last call."""
        if self._speaker is None:
            return []
        try:
            return self._speaker.poll(self._pace.now())
        except AudioError as exc:
            self._lose_sound(exc)
            return []

    def dropped(self) -> list[tuple[int, str]]:
        """Return (cue, why) of what was not played since the last call."""
        return [] if self._speaker is None else self._speaker.dropped()

    def changes(self) -> list[Sound]:
        """Return what happened to the sound device since the last call."""
        changes = [] if self._speaker is None else self._speaker.changes()
        for change in changes:
            self._sound_lost = change.state == "lost"
            self.sound = self.sound if self._sound_lost else change.device
        return changes

    def tick(self, t: float) -> None:
        """Let everyone see that time has passed."""
        self._hear_recorder(t)
        if self._recorder is not None and self._recorder.error is not None:
            self.trouble(f"Recording has stopped, the run goes on: {self._recorder.error}")
            self._recorder = None
        if self.audience is not None:
            self.audience.tick(t)
        self._show(lambda observer: observer.tick(t))

    async def close(self, summary: Summary) -> None:
        """Close everything, the session file first: it must be whole whatever the rest does."""
        self._close_recorder(summary)
        if self._sound_lost:
            self.trouble("The sound was gone at the end of the run.")
        try:
            if self._speaker is not None:
                self._speaker.close()
        except AudioError as exc:
            self.trouble(f"The sound did not end well: {exc}")
        if self._voice is not None and self._rendering is not None:
            self._voice.stop()
            await self._rendering
        if self.audience is not None:
            await self.audience.close(summary.reason, self.dropped_total())

    def _hear_recorder(self, t: float) -> None:
        """Tell what the recorder gives up; the file tells it, too."""
        if self._recorder is None:
            return
        for line in self._recorder.news():
            self.trouble(line)
            # no replay gets here: raw data have ended before
            self._recorder.put(Notice(t, line))

    def _close_recorder(self, summary: Summary) -> None:
        if self._recorder is None:
            return
        self._recorder.close(summary)
        self._hear_recorder(summary.duration_s)
        if self._recorder.error is not None:
            self.trouble(f"The session file is not whole: {self._recorder.error}")

    def _lose_sound(self, exc: AudioError) -> None:
        self.trouble(f"The sound is gone, the run goes on: {exc}")
        speaker, self._speaker = self._speaker, None
        if speaker is not None:
            with suppress(AudioError):
                speaker.close()

    def _show(self, see: Callable[[Observer], None]) -> None:
        """Let observers see; one whose terminal or pipe has gone away is let go, not the run."""
        for observer in self._observers:
            try:
                see(observer)
            except (OSError, ValueError) as exc:
                self._observers = tuple(o for o in self._observers if o is not observer)
                self.problems.append(f"Nobody watches any more: {exc}")

    def trouble(self, line: str) -> None:
        """Keep a problem for the end, and say it now if anyone still listens."""
        self.problems.append(line)
        self.tell(line)

    def tell(self, line: str) -> None:
        """Say something if anyone still listens."""
        with suppress(OSError, ValueError):
            self._say(line)
