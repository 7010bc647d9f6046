"""What is left of the gain when the coach says nothing: scored over minutes without cues.

The share of the gain kept is (rate - own) / (target - own): the mean step rate of steady running,
the runner's own rate at this speed and the target of the moment. It counts over the first
``BLOCK_S`` (a fifth of a short run, `livecoach.coach.plan`), and over the whole time without cues.
Unknown is: no own rate, another speed than at its beginning, less than ``ENOUGH_S`` of good steps,
a target nearer than 1 % to the own rate.
"""

from livecoach.coach.hearing import Reading
from livecoach.model import Baseline, Retention

BLOCK_S = 300.0
ENOUGH_S = 30.0
MINUTE_S = 60.0
_NEAR_RATIO = 0.01
_EARLY_S = 0.3
"""The last tick comes this much before the end at the latest."""


class _Score:
    """Readings in, ratios out."""

    def __init__(self, band_ratio: float) -> None:
        self._band_ratio = band_ratio
        self._seconds = self._rate = self._target = self._on = 0.0
        self._own: Baseline | None = None
        self._changed = False

    def add(self, r: Reading, own: Baseline | None, target_spm: float | None) -> None:
        """Take a reading of steady running."""
        self._changed = self._changed or (self._own is not None and own != self._own)
        if own is None or target_spm is None or self._changed:
            return
        self._own = own
        self._seconds += r.weight_s
        self._rate += r.weight_s * r.step_rate_spm
        self._target += r.weight_s * target_spm
        if abs(r.step_rate_spm / target_spm - 1.0) <= self._band_ratio:
            self._on += r.weight_s

    def ratios(self) -> tuple[float | None, float | None, str]:
        """Return the share kept, the share of the time within the band, and the numbers or why."""
        own = self._own
        if own is None:
            return None, None, "your own step rate is not known"
        if self._changed:
            return None, None, "the speed has changed"
        if self._seconds < ENOUGH_S:
            return None, None, f"only {self._seconds:.0f} s of good steps"
        rate, target = self._rate / self._seconds, self._target / self._seconds
        gain, on = target - own.step_rate_spm, self._on / self._seconds
        numbers = f"{rate:.1f}/min without cues, own {own.step_rate_spm:.1f}, target {target:.1f}"
        if abs(gain) < _NEAR_RATIO * own.step_rate_spm:
            return None, on, f"{numbers}: too near to each other to tell"
        return (rate - own.step_rate_spm) / gain, on, numbers


class RetentionBlock:
    """The time without cues at the end of a session.

    Parameters
    ----------
    t
        When it begins.
    session
        The number of the counted session.
    block_s
        How much of it counts.
    end_s
        When the run is going to end, 0 when that is not known.
    band_ratio
        How far from the target is on target.
    """

    def __init__(
        self, t: float, session: int, block_s: float, end_s: float, band_ratio: float
    ) -> None:
        self._t = t
        self._session = session
        self._block_s = block_s
        self._last_s = end_s - t - _EARLY_S
        self._first, self._whole = _Score(band_ratio), _Score(band_ratio)
        self._due_s = 0.0
        self._await(0.0)
        self.newest: Retention | None = None
        """What was said last."""

    def add(self, r: Reading, own: Baseline | None, target_spm: float | None) -> None:
        """Take a reading of steady running."""
        self._whole.add(r, own, target_spm)
        if r.t <= self._t + self._block_s:
            self._first.add(r, own, target_spm)

    def update(self, t: float) -> Retention | None:
        """Return the score after each minute of the first five, then of five, and at the end."""
        lasted_s = t - self._t
        if lasted_s < self._due_s:
            return None
        self._await(lasted_s)
        kept, on, reason = self._first.ratios()
        whole_kept, whole_on, _ = self._whole.ratios()
        self.newest = Retention(
            t_known=t,
            session=self._session,
            lasted_s=lasted_s,
            kept_ratio=kept,
            on_target_ratio=on,
            whole_kept_ratio=whole_kept,
            whole_on_target_ratio=whole_on,
            reason=reason,
        )
        return self.newest

    def _await(self, lasted_s: float) -> None:
        """Choose when to score next: again and again, for a run may end at any time."""
        every_s = MINUTE_S if lasted_s < BLOCK_S - 1.0 else BLOCK_S
        due_s = every_s * (1.0 + (lasted_s + 1.0) // every_s)
        if lasted_s < self._last_s:
            due_s = min(due_s, self._last_s)
        self._due_s = due_s - 1e-6
