"""Cues with running numbers: whoever coaches in a run makes all of them here."""

from livecoach.model import Cue, CueKind


class CueMaker:
    """What is to be heard in, cues out, numbered from 1."""

    def __init__(self) -> None:
        self._number = 0

    @property
    def next_number(self) -> int:
        """The number of the cue that comes next."""
        return self._number + 1

    def make(
        self, t: float, due: float, kind: CueKind, phrase: str, expires_t: float, reason: str
    ) -> Cue:
        """Return a cue decided at ``t``; beats give way to words and tones."""
        self._number += 1
        return Cue(
            number=self._number,
            t_decided=t,
            t_due=due,
            kind=kind,
            phrase=phrase,
            priority=1 if kind == "beat" else 2,
            expires_t=expires_t,
            reason=reason,
        )
