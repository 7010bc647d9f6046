"""What decides a session besides its inputs, and what is said about it when it ends cleanly."""

import secrets
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from livecoach.model import Profile

Reason: TypeAlias = Literal["done", "interrupted", "failed", "cut off"]
REVISION = 2
"""Of what a `Summary` holds: 1 knew neither distance nor how well the target was kept."""


class Header(Struct, frozen=True, kw_only=True):
    """Written before the first input: with the inputs it replays the session exactly.

    ``config`` is the configuration as plain JSON values (``msgspec.to_builtins``); its meaning is
    not known here. ``started_at`` is UTC in ISO 8601.
    """

    session_id: str
    started_at: str
    version: str
    config: dict[str, object]
    seed: int
    profile: Profile
    sources: tuple[str, ...]


class Summary(Struct, frozen=True, kw_only=True):
    """Written at the end; for a session that was cut off, at the next start.

    ``cues`` counts tones and speech, not beats; ``skipped`` the rows and packets left out.
    ``distance_m`` is None when no sensor told a speed. ``target_kept_ratio`` is the share of the
    running time with a target in which the step rate was within 2.5 % of it.
    """

    ended_at: str
    duration_s: float
    steps: int
    mean_step_rate_spm: float | None
    mean_heart_rate_bpm: float | None = None
    cues: int
    skipped: int
    target_spm: float | None
    reason: Reason
    distance_m: float | None = None
    target_kept_ratio: float | None = None
    revision: int = 1


class RawEnd(Struct, frozen=True, kw_only=True):
    """Written when raw data are no longer recorded: input ``n`` at ``t`` was the first left out.

    Every event is there all the same, but none that came after can be replayed.
    """

    n: int
    t: float


def new_session_id(started: datetime | None = None) -> str:
    """Return a name for a session that sorts by time, such as ``20261122T113000Z-4f2a``.

    Parameters
    ----------
    started
        When it began, with a time zone; now when None.
    """
    when = (started or datetime.now(UTC)).astimezone(UTC)
    return f"{when:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
