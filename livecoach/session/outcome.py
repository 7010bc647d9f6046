"""What is to be run, and what became of it."""

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from livecoach.coach.guided import GuideResult
from livecoach.coach.plan import Stage
from livecoach.config import Config
from livecoach.model import Baseline, Device, Efficacy, Lesson, Profile
from livecoach.session.tally import Tally
from livecoach.store.header import Reason, new_session_id


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
    ``devices`` what was measured and confirmed here, ``guided`` what a guided protocol found,
    ``ledger`` what asking did,
    ``stage`` what kind of session of the plan it was, ``lesson`` what it adds to that, ``counted``
    whether that was kept.
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
    guided: GuideResult | None = None
    stage: Stage | None = None
    lesson: Lesson | None = None
    ledger: tuple[Efficacy, ...] = ()
    counted: bool = False
