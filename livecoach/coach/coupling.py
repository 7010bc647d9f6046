"""How beats and footfalls come together: the beat leads, and leans a little towards the runner.

Definition. The next beat is due one interval of the target's tempo after the one before it, plus

    pull = clip(gain * e, +-slew * T),   e = (predicted footfall - lead * T) - beat,

T the tempo's step time, ``lead`` positive when the beat comes before the footfall. This is the
coupled oscillator of D-Jogger (Moens et al. 2014, doi:10.1371/journal.pone.0114234: start aligned,
then let go slowly) with the tempo held by the coach: the runner is led, never followed.

- Known: the error expected of the prediction at the beat's time, sd sqrt(n) for the n-th footfall
  ahead, plus `OFFSET_DOUBT` of the output's known offset, is within `GATE` of a step. The link's
  delay and the way to the ear are made good by aiming further ahead, so they count in n; what is
  left of an offset is our estimate, unverified. Else: free tempo.
- Near: the runner's own period is within `NEAR` of T and the footfall within `CATCH` steps. Who
  doesn't come along is not chased: the beats keep the tempo.
- The account: all pulls add up to at most `REACH` steps to either side, and `FORGET` of that is
  forgotten with each beat. So whatever the runner does, the tempo is off by at most
  `REACH` * `FORGET` in the long run (0.05 %).

Why so little. Runners step some 30 ms ahead of a beat by themselves, so that a beat held before the
footfall draws both onwards (Buhmann 2018, doi:10.1371/journal.pone.0208702: a wanted effect while
the step rate is to rise). Unbounded, gain 0.1 would add 1.4 % to the tempo for ever; with
0.1 and a slew of 0.02 simulated bursts began 2 % too quick, with 0.05 and 0.01 less than 1 %.

Stable for gain <= 0.2 beside a person who corrects up to a half of the asynchrony and a fifth of
the period with each step, over a horizon of four steps (shown by simulation, not proven).
"""

import math

from msgspec import Struct

from livecoach.model import Phase

GATE = 0.06
OFFSET_DOUBT = 0.05
NEAR = 0.02
CATCH = 0.25
REACH = 0.25
FORGET = 0.002


class Coupling(Struct, frozen=True):
    """Gain and slew, per beat; see the module."""

    gain: float = 0.05
    slew_ratio: float = 0.01


def is_known(phase: Phase, n: int, offset_s: float) -> bool:
    """Return whether the ``n``-th footfall ahead is known well enough to put a beat to it."""
    return doubt_s(phase, n, offset_s) <= GATE * phase.period_s


def doubt_s(phase: Phase, n: int, offset_s: float) -> float:
    """Return how far the sound may come from the ``n``-th footfall ahead.

    An error of the period counts once for each step ahead, that of one step once.
    """
    return phase.sd_s * math.sqrt(n) + OFFSET_DOUBT * abs(offset_s)


class Coupler:
    """Where the next beat is drawn to, and the account of what was given way."""

    def __init__(self, coupling: Coupling) -> None:
        self._coupling = coupling
        self.reset()

    def reset(self) -> None:
        """Begin a new burst: nothing was given way."""
        self._moved = 0.0

    def pull_ratio(self, beat: float, step_s: float, aim: Phase, lead_ratio: float) -> float | None:
        """Return how many steps later (negative: earlier) the beat comes; None: it lets go."""
        n = round((beat + lead_ratio * step_s - aim.t_ref) / aim.period_s)
        off = (aim.predict(n) - beat) / step_s - lead_ratio
        if abs(off) > CATCH or abs(aim.period_s / step_s - 1.0) > NEAR:
            return None
        slew = self._coupling.slew_ratio
        pull = min(max(self._coupling.gain * off, -slew), slew)
        return min(max(pull, min(0.0, -REACH - self._moved)), max(0.0, REACH - self._moved))

    def moved(self, pull_ratio: float) -> None:
        """Enter a beat that was drawn so far."""
        self._moved = (self._moved + pull_ratio) * (1.0 - FORGET)
