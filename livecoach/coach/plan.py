"""A plan over sessions: much help at first, less and less later, and a look at what is kept.

Who is always told comes to need it (guidance hypothesis: Schmidt 1991; Winstein et al. 1994,
doi:10.1080/02701367.1994.10607635). Five trials of gait retraining gave ever less feedback in the
last four of eight sessions (Sensors 2020;20:6637, table 4); eight sessions raised the step rate for
30 days (Willy 2016); without recall nothing was kept (Van den Berghe 2024). How much less is
nobody's finding: the shares below are round numbers (unverified).

Stages, one a session. First half of ``plan_sessions``: the coach may ask all the time. Second half:
during a share of the coached time that falls evenly to 20 % (8 sessions: 80, 60, 40, 20 %), in
blocks at the beginning of every ``CYCLE_S`` of it (of more, where silence would be less than a
minute); an asking that has begun is brought to its end. Last quarter, and when the plan is over: a
reminder in words instead of beats, and beats only once two reminders in a row were in vain.

A session ends without any cue (`livecoach.coach.retention`): the last ``BLOCK_S``, or fifth of a
shorter run, where its length is known; else whatever comes after ``ALONE_AFTER_S`` of coaching. It
begins with one phrase, and not before ``COUNTS_S`` of coaching: the ramp to +5 % takes half of
that. A session with less does not count. The next stage follows each session that counts, but where
less than ``BAD`` of the gain was kept the same one is done again, and one is skipped after ``GOOD``
or more in this session and the one before (both round numbers, unverified).
"""

from collections.abc import Sequence

from msgspec import Struct

from livecoach.coach.hearing import Reading
from livecoach.coach.params import CoachParams
from livecoach.coach.retention import BLOCK_S, MINUTE_S, RetentionBlock
from livecoach.model import Baseline, Lesson, Retention

CYCLE_S = 300.0
LEAST_SHARE = 0.2
ALONE_AFTER_S = 1500.0
COUNTS_S = 300.0
GOOD = 0.8
BAD = 0.5
IN_VAIN = 2
_FIFTH = 0.2
_LONGEST_TICK_S = 1.0


class Stage(Struct, frozen=True, kw_only=True):
    """What a session of the plan is like.

    ``session`` counts from 1 and may exceed ``planned``; so may ``stage``, by one: the plan is
    over. ``share`` is how much of the coached time the coach may ask in; ``reminds``: in words,
    before beats. ``again``: the stage of the session before, for too little was kept.
    """

    session: int
    planned: int
    stage: int
    share: float
    reminds: bool
    again: bool = False

    def text(self) -> str:
        """Say it in a line."""
        how = "help all the time" if self.share == 1.0 else f"help {100 * self.share:.0f} % of it"
        how += ", a reminder before beats" if self.reminds else ""
        if self.stage > self.planned:
            return f"Plan: its {self.planned} stages are done, session {self.session}: {how}."
        of = f"session {self.session} of {self.planned}"
        if self.session > self.planned:
            of = f"session {self.session} ({self.planned} were planned)"
        stage = "" if self.stage == self.session else f", stage {self.stage}"
        again = " once more, for less than half was kept" if self.again else ""
        return f"Plan: {of}{stage}{again}: {how}."


def next_stage(lessons: Sequence[Lesson], planned: int) -> Stage:
    """Return what the session after these is like, in a plan of so many sessions."""
    level, again, before = 0, False, None
    for lesson in lessons:
        kept = lesson.kept_ratio
        again = kept is not None and kept < BAD
        if not again:
            skips = kept is not None and before is not None and min(kept, before) >= GOOD
            level += 2 if skips else 1
        before = kept
    level = min(level, planned)
    done = min(level, planned - 1)
    full = (planned + 1) // 2
    faded = max(0, done - full + 1)
    share = 1.0 - (1.0 - LEAST_SHARE) * faded / max(1, planned - full)
    return Stage(
        session=len(lessons) + 1,
        planned=planned,
        stage=level + 1,
        share=share,
        reminds=faded > 0 and done >= planned - max(1, planned // 4),
        again=again and level < planned,
    )


class LearningPlan:
    """When the coach may ask in this session, and how; what the runner keeps at its end.

    Parameters
    ----------
    params
        The coach's settings.
    lessons
        The sessions so far that counted.
    """

    def __init__(self, params: CoachParams, lessons: Sequence[Lesson]) -> None:
        self._params = params
        on = params.plan == "on" and params.beats in {"bandwidth", "off"}
        self.stage = next_stage(lessons, params.plan_sessions) if on else None
        self.goodbye = ""
        """Why the runner is on their own now, until that has been said."""
        self._coached_s = 0.0
        self._t: float | None = None
        self._in_vain = 0
        self._block: RetentionBlock | None = None

    @property
    def open(self) -> bool:
        """Whether the coach may ask for anything now."""
        if self.stage is None or self.stage.share == 1.0:
            return not self.alone
        share = self.stage.share
        cycle_s = max(CYCLE_S, MINUTE_S / (1.0 - share))
        return not self.alone and self._coached_s % cycle_s < share * cycle_s

    @property
    def alone(self) -> bool:
        """Whether the rest of the session is without cues."""
        return self._block is not None

    @property
    def reminds(self) -> bool:
        """Whether to remind in words, without beats."""
        return self.stage is not None and self.stage.reminds and self._in_vain < IN_VAIN

    @property
    def lesson(self) -> Lesson | None:
        """What this session adds to the plan; None when it does not count (yet)."""
        if self.stage is None or self._coached_s < COUNTS_S:
            return None
        found = None if self._block is None else self._block.newest
        if found is None:
            return Lesson(self._coached_s)
        return Lesson(self._coached_s, found.kept_ratio, found.on_target_ratio)

    def asked(self, *, reminded: bool, answered: bool) -> None:
        """Note what came of an asking."""
        self._in_vain = self._in_vain + 1 if reminded and not answered else 0

    def reading(self, r: Reading, own: Baseline | None, target_spm: float | None) -> None:
        """Take a reading of steady running."""
        if self._block is not None:
            self._block.add(r, own, target_spm)

    def tick(self, t: float, *, coaching: bool) -> Retention | None:
        """Let time pass, ``coaching`` or not; return what is kept without cues, when it is time."""
        passed_s = 0.0 if self._t is None else min(t - self._t, _LONGEST_TICK_S)
        self._t = t
        if self._block is not None:
            return self._block.update(t)
        if self.stage is not None and coaching:
            self._coached_s += passed_s
            self._leave_alone(t, self.stage)
        return None

    def _leave_alone(self, t: float, stage: Stage) -> None:
        """Begin the time without cues once it is due."""
        end_s = self._params.session_s
        if not end_s:
            due, block_s = self._coached_s >= ALONE_AFTER_S, BLOCK_S
            why = f"{ALONE_AFTER_S / MINUTE_S:.0f} min of coaching are over"
        else:
            block_s = min(BLOCK_S, _FIFTH * end_s)
            due = self._coached_s >= COUNTS_S and end_s - block_s <= t <= end_s - MINUTE_S
            why = f"the last {block_s / MINUTE_S:.1f} of {end_s / MINUTE_S:.1f} min"
        if due:
            self.goodbye = f"{why}; whatever comes now is without cues, to see what is kept"
            self._block = RetentionBlock(t, stage.session, block_s, end_s, self._params.enter_ratio)
