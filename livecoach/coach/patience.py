"""How soon to ask again: as usual of who answers, ever later of who does not.

A runner has answered who is on target when an asking ends, or whose step rate came at least half
the way to where the target was when it began. The rest after it is then ``rest_s``; each asking in
vain doubles it, up to `LONGEST` times. A fault to the other side is a new one. Beats ask without
words: words come with the first asking and then at most once in `WORDS` speech gaps, so that a
runner who answers beats but soon forgets hears no more than 8 remarks in half an hour. Who is known
never to answer (`livecoach.coach.ledger`) is asked at the longest distance from the first time on.
"""

from livecoach.coach.drift import Side

ANSWERED = 0.5
LONGEST = 16.0
WORDS = 4.0


class Patience:
    """When the next burst of beats, or the next word, may begin."""

    def __init__(self, rest_s: float, speech_gap_s: float) -> None:
        self._rest_s = rest_s
        self._words_gap_s = WORDS * speech_gap_s
        self.side: Side = "on"
        """The side of the newest asking."""
        self._factor = 1.0
        self._t_end = -1e9
        self._t_words = -1e9
        self._from_spm = 0.0
        self._off_spm = 0.0

    def is_over(self, t: float, side: Side) -> bool:
        """Return whether a runner on this ``side`` may be asked again."""
        factor = self._factor if side == self.side else 1.0
        return t - self._t_end >= factor * self._rest_s

    def may_speak(self, t: float) -> bool:
        """Return whether beats that begin now may be introduced with words."""
        return t - self._t_words >= self._words_gap_s

    def spoke(self, t: float) -> None:
        """Note that they were."""
        self._t_words = t

    def begin(
        self, side: Side, target_spm: float, error_ratio: float, *, futile: bool = False
    ) -> None:
        """Begin to ask a runner who is off by ``error_ratio``."""
        if side != self.side:
            self.side, self._factor = side, 1.0
        if futile:
            self._factor = LONGEST
        self._off_spm = abs(error_ratio) * target_spm
        self._from_spm = (1.0 + error_ratio) * target_spm

    def end(self, t: float, side: Side, target_spm: float, error_ratio: float) -> bool:
        """See what came of it; return whether the runner answered."""
        gained_spm = (1.0 + error_ratio) * target_spm - self._from_spm
        if self.side == "high":
            gained_spm = -gained_spm
        answered = side == "on" or gained_spm >= ANSWERED * self._off_spm
        self._factor = 1.0 if answered else min(2.0 * self._factor, LONGEST)
        self._t_end = t
        return answered
