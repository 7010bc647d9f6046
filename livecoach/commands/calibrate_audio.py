"""``livecoach calibrate audio``: how much later than it says a sound device is heard."""

import platform
import time
from datetime import UTC, datetime
from typing import Literal, NoReturn

import click
import msgspec

from livecoach.commands.keys import taps
from livecoach.commands.output import print_json, stdout, waiting
from livecoach.errors import AudioError, ConfigError
from livecoach.sinks.audio import AudioBackend, Clock, open_audio
from livecoach.sinks.audio.microphone import Microphone
from livecoach.sinks.audio.route import full_name
from livecoach.sound import echo
from livecoach.sound import taps as tapping
from livecoach.sound.beats import beat
from livecoach.store.places import profile_path
from livecoach.store.profile import AudioOffset, ProfileStore

_ROUNDS = 3
_BEAT = "accent"
_SETTLE = 4
"""So many beats come first and do not count."""
_TAPPED = 20
_TAP_PERIOD_S = 0.6
_LISTENED = 12
# A delay is only known up to the distance of two beats.
_LISTEN_PERIOD_S = 1.2
_READY_S = 1.5
_AHEAD_S = 0.5
_TAIL_S = 1.5
_STEP_S = 0.02

_TAP_DOUBT = (
    f"Good to about {1e3 * tapping.UNCERTAINTY_S:.0f} ms: people tap some"
    f" {1e3 * tapping.AHEAD_S:.0f} ms before the beat (allowed for), and what keyboard and"
    " terminal add is not known."
)
_MIC_DOUBT = (
    "In it: 3 ms for each metre of air, and what the microphone hides of its own delay. Hold the"
    " headphones to the machine's own microphone; a headset's slows the headset down."
)


def audio(
    *,
    output: str,
    mic: bool,
    microphone: str | None,
    listed: bool,
    forget: str | None,
    as_json: bool,
) -> int:
    """Measure a device, or list or forget what is known; return the exit code."""
    store = ProfileStore(profile_path())
    if forget is not None:
        _forget(store, forget)
    if listed or forget is not None:
        _list(store, as_json=as_json)
        return 0
    began_s = time.monotonic()
    backend = _opened(output, lambda: time.monotonic() - began_s)
    try:
        pattern = _Pattern(backend, lambda: time.monotonic() - began_s)
        if mic or microphone is not None:
            found, line = _listen(pattern, microphone or "default")
        else:
            found, line = _tap_along(pattern)
    finally:
        backend.close()
    store.save_audio_offset(platform.node(), found)
    if as_json:
        print_json({**_row(found), "file": str(store.path)})
        return 0
    kept = f"Used by run and demo from now on ([audio] offset_s goes first); kept in {store.path}"
    for text in (line, kept):
        stdout().print(text, markup=False, soft_wrap=True)
    return 0


class _Pattern:
    """A steady beat, handed over a little ahead of time, and when each beat really began."""

    def __init__(self, backend: AudioBackend, clock: Clock) -> None:
        self.device = full_name(backend.name)
        self.clock = clock
        self.counted_s: list[float] = []
        """When each beat that counts began, as the device says."""
        self._backend = backend
        self._frames = beat(_BEAT, backend.rate_hz)
        self._due: list[float] = []
        self._handed = 0

    def begin(self, count: int, period_s: float) -> None:
        """Play some beats to settle and then ``count`` that count."""
        first_s = self.clock() + self._backend.latency_s + _READY_S
        self._handed = 0
        self._due = [first_s + n * period_s for n in range(_SETTLE + count)]

    def playing(self) -> bool:
        """Hand over what is due soon; return whether there is still something to hear.

        Raises
        ------
        AudioError
            The device went away.
        """
        now_s = self.clock()
        ahead_s = now_s + self._backend.latency_s + _AHEAD_S
        while self._handed < len(self._due) and self._due[self._handed] <= ahead_s:
            self._backend.play(self._frames, self._due[self._handed], self._handed)
            self._handed += 1
        started = self._backend.poll(now_s)
        if any(change.state == "lost" for change in self._backend.changes()):
            raise AudioError(f"{self.device}: the audio device went away")
        self.counted_s += [t for token, t in started if token >= _SETTLE]
        return now_s < self._due[-1] + _TAIL_S


def _tap_along(pattern: _Pattern) -> tuple[AudioOffset, str]:
    """Have the person tap until it is settled, or three rounds are over."""
    tapped_s: list[float] = []
    why: str | None = None
    with taps() as wait:
        _say("Tap the space bar (or Enter) with each beat you hear; the first four are to settle.")
        for _ in range(_ROUNDS):
            pattern.begin(_TAPPED, _TAP_PERIOD_S)
            while pattern.playing():
                if wait(_STEP_S):
                    tapped_s.append(pattern.clock())
            # The last round alone may do, when one of those before went wrong.
            for beats_s in (pattern.counted_s, pattern.counted_s[-_TAPPED:]):
                found = tapping.tapped(beats_s, tapped_s, _TAP_PERIOD_S)
                why = tapping.refusal(found)
                if why is None:
                    own = _offset(pattern, found.offset_s, found.spread_s, "taps")
                    how = f"{found.taps} taps, scatter {1e3 * found.spread_s:.0f} ms"
                    return own, f"{_result(own)} ({how}). {_TAP_DOUBT}"
            _say(f"Not settled yet: {why}. Once more.")
    raise AudioError(f"{pattern.device}: not measured, {why}")


def _listen(pattern: _Pattern, wanted: str) -> tuple[AudioOffset, str]:
    """Listen to the beats with a microphone."""
    ear = Microphone(wanted, pattern.clock)
    try:
        seconds = (_SETTLE + _LISTENED) * _LISTEN_PERIOD_S
        _say(f"Listening to {ear.name} for {seconds:.0f} s: hold the headphones to the microphone.")
        pattern.begin(_LISTENED, _LISTEN_PERIOD_S)
        began_s = pattern.clock()
        with waiting(seconds, "listening") as told:
            while pattern.playing():
                told(pattern.clock() - began_s)
                time.sleep(_STEP_S)
        recorded = ear.stop()
    finally:
        ear.close()
    start_s, frame_s = echo.frame_times(recorded.first_frames, recorded.times_s)
    template = beat(_BEAT, recorded.rate_hz).mean(axis=1)
    found = echo.heard(recorded.frames, start_s, frame_s, pattern.counted_s, template)
    why = echo.refusal(found)
    if why is not None:
        why += f", and the recording has {recorded.gaps} gaps" if recorded.gaps else ""
        raise AudioError(f"{ear.name}: not measured, {why}; louder, closer, or tap without --mic")
    own = _offset(pattern, found.offset_s, found.spread_s, "microphone")
    how = f"{found.beats} of {found.played} beats, scatter {1e3 * found.spread_s:.1f} ms"
    return own, f"{_result(own)} ({how}). {_MIC_DOUBT}"


def _opened(output: str, clock: Clock) -> AudioBackend:
    if output == "null" or output.lower().endswith(".wav"):
        raise ConfigError("--audio", f"{output} is never heard: name a sound device")
    return open_audio(output, clock, None, _no_sound)


def _no_sound(line: str) -> NoReturn:
    raise AudioError(f"{line} There is nothing to measure.")


def _offset(
    pattern: _Pattern, offset_s: float, spread_s: float, method: Literal["taps", "microphone"]
) -> AudioOffset:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return AudioOffset(pattern.device, offset_s, spread_s, method, now)


def _result(own: AudioOffset) -> str:
    when = "later" if own.offset_s >= 0.0 else "earlier"
    return f"{own.device}: heard {1e3 * abs(own.offset_s):.0f} ms {when} than the device says"


def _forget(store: ProfileStore, device: str) -> None:
    known = [offset.device for offset in store.audio_offsets(platform.node())]
    if device not in known:
        raise ConfigError("--forget", f"{device!r} is not known; known: {', '.join(known) or '-'}")
    store.forget_audio_offset(platform.node(), device)


def _list(store: ProfileStore, *, as_json: bool) -> None:
    known = store.audio_offsets(platform.node())
    if as_json:
        print_json([_row(own) for own in known])
        return
    for own in known:
        text = f"{_result(own)} ({own.method}, {own.measured_at})"
        stdout().print(text, markup=False, soft_wrap=True)
    if not known:
        stdout().print("No sound device has been measured on this machine.")


def _row(own: AudioOffset) -> dict[str, object]:
    return {"host": platform.node(), **msgspec.structs.asdict(own)}


def _say(line: str) -> None:
    """Tell the person what to do; standard output is for the result."""
    click.echo(line, err=True)
