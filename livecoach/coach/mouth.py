"""All that is heard of the coach goes through here: numbered, timed, and dropped when too late."""

from typing import NamedTuple

from livecoach.coach.cue_maker import CueMaker
from livecoach.coach.drift import Side
from livecoach.coach.ledger import Ledger
from livecoach.coach.metronome import Metronome
from livecoach.coach.modes import Modes
from livecoach.coach.params import Beats, CoachParams
from livecoach.coach.patience import Patience
from livecoach.coach.phrases import Wording
from livecoach.coach.plan import LearningPlan
from livecoach.coach.voice_gate import VoiceGate
from livecoach.model import Cue, CueKind, Foot, Phase

_EXPIRES_S = 2.0
_BEAT_EXPIRES_S = 0.05


class Mouth:
    """Words, tones and beats in, cues out."""

    def __init__(self, metronome: Metronome) -> None:
        self._metronome = metronome
        self._cues = CueMaker()

    @property
    def next_number(self) -> int:
        """The number of the cue that comes next."""
        return self._cues.next_number

    def speech(self, t: float, words: str, reason: str) -> Cue:
        """Say something where no beat covers its first syllable."""
        return self._after_beats(t, "speech", words, reason)

    def tone(self, t: float, name: str, reason: str) -> Cue:
        """Sound an earcon."""
        return self._after_beats(t, "tone", name, reason)

    def beat(self, t: float, due: float, foot: Foot | None, reason: str) -> Cue:
        """Sound a beat, for this foot where it is known."""
        return self._cues.make(t, due, "beat", foot or "", due + _BEAT_EXPIRES_S, reason)

    def _after_beats(self, t: float, kind: CueKind, phrase: str, reason: str) -> Cue:
        due = self._metronome.free_after(t)
        return self._cues.make(t, due, kind, phrase, due + _EXPIRES_S, reason)


class Means(NamedTuple):
    """What those who ask share: how to sound, and who says whether they may."""

    params: CoachParams
    mouth: Mouth
    metronome: Metronome
    wording: Wording
    gate: VoiceGate
    patience: Patience
    ledger: Ledger
    plan: LearningPlan


class Now(NamedTuple):
    """What is known at a tick of a runner who has a target."""

    t: float
    target_spm: float
    side: Side
    error_ratio: float
    phase: Phase | None
    modes: Modes

    def beats(self, params: CoachParams) -> Beats:
        """Return which beats are wanted now."""
        return self.modes.beats(params.beats)

    @property
    def off(self) -> str:
        """How far off target, in words."""
        return f"{100 * self.error_ratio:+.1f} % from the target {self.target_spm:.1f}/min"
