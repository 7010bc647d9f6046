"""Who may speak when: few words, well apart.

Two kinds speak here. The coach itself: any two of its cues (a burst of beats, a spoken phrase) lie
``CUE_GAP_S`` apart, its spoken phrases ``speech_gap_s`` (60 s), the same fault ``FAULT_GAP_S``, and
twice as long after every time it was said in vain, so that who does not answer is not nagged. A
person elsewhere: a remark lies ``REMARK_GAP_S`` after anything spoken; the newest one waits for
that, an older one that still waits is dropped. Notices of device and safety do not ask.
(reference/coaching.md: cue policy numbers.)
"""

CUE_GAP_S = 30.0
FAULT_GAP_S = 90.0
REMARK_GAP_S = 15.0
LONGEST_REMARK = 140
"""Characters."""

_NEVER = -1e9


class VoiceGate:
    """Remembers what was played and said; asked before anything is.

    Parameters
    ----------
    speech_gap_s
        At least this long between two of the coach's own spoken phrases.
    """

    def __init__(self, speech_gap_s: float) -> None:
        self._speech_gap_s = speech_gap_s
        self._t_cue = _NEVER
        self._t_coach = _NEVER
        self._t_spoken = _NEVER
        self._faults: dict[str, tuple[float, int]] = {}
        self._remark: tuple[float, str] | None = None

    def may_cue(self, t: float) -> bool:
        """Return whether the coach may begin anything."""
        return t - self._t_cue >= CUE_GAP_S

    def may_speak(self, t: float) -> bool:
        """Return whether the coach may say something, together with a cue it begins now."""
        return t - self._t_coach >= self._speech_gap_s and t - self._t_spoken >= REMARK_GAP_S

    def may_fault(self, t: float, fault: str) -> bool:
        """Return whether the coach may speak of this fault."""
        t_said, times = self._faults.get(fault, (_NEVER, 1))
        waited = t - t_said >= FAULT_GAP_S * 2 ** (times - 1)
        return waited and self.may_cue(t) and self.may_speak(t)

    def in_vain(self, fault: str) -> bool:
        """Return whether a fault was spoken of twice and is still there."""
        return self._faults.get(fault, (_NEVER, 0))[1] >= 2

    def cued(self, t: float) -> None:
        """Note that a cue of the coach's own begins."""
        self._t_cue = t

    def spoke(self, t: float) -> None:
        """Note that the coach says something."""
        self._t_cue = self._t_coach = self._t_spoken = t

    def spoke_of(self, t: float, fault: str) -> None:
        """Note that the coach speaks of this fault."""
        self.spoke(t)
        self._faults[fault] = (t, self._faults.get(fault, (t, 0))[1] + 1)

    def mended(self, fault: str) -> None:
        """Note that a fault has gone: should it come back, it is a first time again."""
        if fault in self._faults:
            self._faults[fault] = (self._faults[fault][0], 1)

    def ask(self, t: float, text: str) -> None:
        """Take a person's remark; nothing when it is empty or longer than `LONGEST_REMARK`."""
        said = " ".join(text.split())
        if 0 < len(said) <= LONGEST_REMARK:
            self._remark = (t, said)

    def remark(self, t: float) -> tuple[float, str] | None:
        """Return when the waiting remark came and its words, once it may be said; then it is."""
        if self._remark is None or t - self._t_spoken < REMARK_GAP_S:
            return None
        remark, self._remark = self._remark, None
        self._t_cue = self._t_spoken = t
        return remark

    def hush(self) -> None:
        """Forget a remark that waits."""
        self._remark = None
