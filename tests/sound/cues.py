"""Cues to play."""

from livecoach.model import Cue, CueKind


def cue(
    kind: CueKind = "beat",
    phrase: str = "",
    *,
    number: int = 1,
    due: float = 1.0,
    expires: float | None = None,
) -> Cue:
    """Return a cue; it expires a tenth of a second after it is due unless told otherwise."""
    return Cue(
        number=number,
        t_decided=0.0,
        t_due=due,
        kind=kind,
        phrase=phrase,
        priority=0,
        expires_t=due + 0.1 if expires is None else expires,
        reason="test",
    )
