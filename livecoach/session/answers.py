"""What became of the wishes of a coach elsewhere, seen from what the session does. Pure."""

from typing import Literal

from msgspec import Struct

from livecoach.coach.modes import REMARK, Modes
from livecoach.model import Command, Cue, CueDropped, CuePlayed, Event, Input, Target
from livecoach.wire.topics import CommandName

_REFUSED = "refused: "
_PATIENCE_S = 60.0


class Answer(Struct, frozen=True):
    """A wish by its ``id`` and what became of it; ``t_spoken`` is when a remark was heard."""

    id: str
    command: CommandName
    state: Literal["accepted", "refused", "spoken", "unspoken"]
    reason: str = ""
    t_spoken: float | None = None


class Answers:
    """Inputs and events of a session in, answers out; only wishes with an id are answered."""

    def __init__(self) -> None:
        self._target = ""
        self._remark: Command | None = None
        self._cues: dict[int, str] = {}
        self._modes = Modes()

    def take(self, x: Input) -> list[Answer]:
        """Take an input that the session is about to use."""
        out: list[Answer] = []
        if self._target:
            # The answer would have come with the wish itself.
            why = "this coach takes no other target during a run"
            out.append(Answer(self._target, "target", "refused", why))
            self._target = ""
        waiting = self._remark
        if isinstance(x, Command):
            if x.name == "target":
                self._target = x.id
            elif x.name == "say":
                out += self._said(x)
            self._modes = self._modes.update(x)
            if self._modes.silent:
                out += self._unspoken("the coach was made mute")
        elif waiting is not None and x.t - waiting.t > _PATIENCE_S:
            out += self._unspoken(f"it could not be said within {_PATIENCE_S:.0f} s")
        return out

    def update(self, event: Event) -> list[Answer]:
        """Take an event that followed."""
        match event:
            case Target() if self._target:
                ident, self._target = self._target, ""
                if event.reason.startswith(_REFUSED):
                    why = event.reason.removeprefix(_REFUSED)
                    return [Answer(ident, "target", "refused", why)]
                return [Answer(ident, "target", "accepted", event.reason)]
            case Cue(kind="speech") if event.reason.startswith(REMARK) and self._remark:
                self._cues[event.number], self._remark = self._remark.id, None
            case CuePlayed() if event.cue in self._cues:
                return [Answer(self._cues.pop(event.cue), "say", "spoken", "", event.t)]
            case CueDropped() if event.cue in self._cues:
                return [Answer(self._cues.pop(event.cue), "say", "unspoken", event.reason)]
            case _:
                pass
        return []

    def end(self) -> list[Answer]:
        """Return what is still open when the session ends."""
        out = self._unspoken("the run has ended")
        out += [Answer(i, "say", "unspoken", "the run has ended") for i in self._cues.values()]
        self._cues.clear()
        return out

    def _said(self, x: Command) -> list[Answer]:
        """Take a remark: the newest waits to be spoken, and while muted none does."""
        if self._modes.silent:
            return [Answer(x.id, "say", "refused", "the coach is muted")] if x.id else []
        out = self._unspoken("a newer remark took its place")
        self._remark = x if x.id else None
        return out

    def _unspoken(self, reason: str) -> list[Answer]:
        remark, self._remark = self._remark, None
        return [] if remark is None else [Answer(remark.id, "say", "unspoken", reason)]
