"""The runner's own step rate at the speed of the moment, and where it comes from.

In this order: measured in this run at this speed (within 0.3 m/s), stored from an earlier run,
measured now over ``baseline_s`` of steady running that nobody coached. When speeds change after
the first cue, the legs still carry what the coach asked for, and measuring would make that the
"own" rate, a little more with each change; so a speed of which nothing is known then takes the
nearest known one times (speed ratio)^0.15 (0.05 and 0.13 in two real pod captures of 1.7-3.5 m/s;
the exponent is a round number, unverified). Such an estimate is never stored. Without a known speed
only a baseline of unknown speed counts. A speed is taken as changed once it is steady again.
"""

import math

from livecoach.coach.params import CoachParams
from livecoach.coach.steady import Pace
from livecoach.model import Baseline, Profile

_SAME_SPEED_MPS = 0.3
_MEMORY_S = 8.0
_EXPONENT = 0.15


class _Mean:
    """Step rate and speed, averaged over time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._rate_time = 0.0
        self._speed_time = 0.0
        self._speed_seconds = 0.0

    def add(self, rate_spm: float, speed_mps: float | None, weight_s: float) -> None:
        self.seconds += weight_s
        self._rate_time += rate_spm * weight_s
        if speed_mps is not None:
            self._speed_time += speed_mps * weight_s
            self._speed_seconds += weight_s

    def speed_mps(self) -> float | None:
        if not self._speed_seconds or self._speed_seconds < 0.5 * self.seconds:
            return None
        return self._speed_time / self._speed_seconds

    def baseline(self) -> Baseline:
        rate = self._rate_time / self.seconds
        return Baseline(rate, self.speed_mps(), round(self._rate_time / 60.0))


class OwnRate:
    """Readings of running in; the baseline of the moment and those measured in this run out.

    Parameters
    ----------
    params
        The coach's settings.
    profile
        Baselines of earlier runs.
    """

    def __init__(self, params: CoachParams, profile: Profile) -> None:
        self._params = params
        self._profile = profile
        self.measured: list[Baseline] = []
        self._stand_ins: list[Baseline] = []
        self._coached = False
        self.recent_spm: float | None = None
        self.recent_mps: float | None = None
        self.settled = False
        self._begin()

    def _begin(self) -> None:
        """Choose and measure anew: another speed."""
        self.baseline: Baseline | None = None
        self.origin = ""
        self._stand_in: Baseline | None = None
        self._mean = _Mean()

    def coached(self) -> None:
        """Learn no more: from now on the runner has been asked for something."""
        self._coached = True

    def learn(
        self, rate_spm: float, speed_mps: float | None, weight_s: float, pace: Pace = "steady"
    ) -> bool:
        """Take a reading that stands for ``weight_s``; return whether another speed has begun."""
        self.recent_mps = _follow(self.recent_mps, speed_mps, weight_s)
        self.recent_spm = _follow(self.recent_spm, rate_spm, weight_s)
        self.settled = pace == "steady"
        if pace == "unsteady":
            return False
        changed = self._speed_changed()
        if changed:
            self._begin()
        if not self._coached and self.baseline is None:
            self._mean.add(rate_spm, speed_mps, weight_s)
            if self._mean.seconds >= self._params.baseline_s:
                self.baseline = self._mean.baseline()
                self.measured.append(self.baseline)
                if self._stand_in is not None:
                    self._stand_ins.remove(self._stand_in)
        return changed

    def look(self) -> None:
        """Find what is known of this speed, once it has shown itself."""
        constant = self._params.beats == "constant"
        if self.baseline is None and self.recent_spm is not None and (self.settled or constant):
            self.baseline = self._known() or self._estimate()

    def rate_spm(self) -> float | None:
        """Return the runner's own rate; until there is a baseline, that of the grace, if over."""
        if self.baseline is not None:
            return self.baseline.step_rate_spm
        enough_s = min(_MEMORY_S, self._params.grace_s)
        if self._stand_in is None and self.settled and self._mean.seconds > enough_s:
            self._stand_in = self._mean.baseline()
            self._stand_ins.append(self._stand_in)
        return None if self._stand_in is None else self._stand_in.step_rate_spm

    @property
    def final(self) -> bool:
        """Whether the own rate at this speed is as good as it will get."""
        return self.baseline is not None or self._coached

    def _speed_changed(self) -> bool:
        if self.baseline is not None:
            reference = self.baseline.speed_mps
        elif self._stand_in is not None and self._coached:
            reference = self._stand_in.speed_mps
        else:
            reference = self._mean.speed_mps()
        if reference is None or self.recent_mps is None:
            return False
        return abs(self.recent_mps - reference) > _SAME_SPEED_MPS

    def _known(self) -> Baseline | None:
        """Return the baseline nearest to this speed: of this run first."""
        every, speed = (*self.measured, *self._profile.baselines), self.recent_mps
        if speed is None:
            return next((b for b in every if b.speed_mps is None), None)
        near = [
            (abs(b.speed_mps - speed), k)
            for k, b in enumerate(every)
            if b.speed_mps is not None and abs(b.speed_mps - speed) < _SAME_SPEED_MPS
        ]
        return every[min(near)[1]] if near else None

    def _estimate(self) -> Baseline | None:
        """Carry the nearest speed's own rate over to this one, when it is too late to measure."""
        speed, stand_in = self.recent_mps, self._stand_in
        if not self._coached or speed is None or stand_in is not None:
            return None
        ratios = [
            (abs(math.log(speed / b.speed_mps)), k, speed / b.speed_mps, b)
            for k, b in enumerate((*self.measured, *self._profile.baselines, *self._stand_ins))
            if b.speed_mps is not None and speed > 0
        ]
        if not ratios:
            return None
        _, _, ratio, near = min(ratios, key=lambda r: r[:2])
        self.origin = f" (estimated from {near.step_rate_spm:.1f} at {near.speed_mps:.2f} m/s)"
        return Baseline(near.step_rate_spm * ratio**_EXPONENT, speed, 0)


def _follow(before: float | None, value: float | None, weight_s: float) -> float | None:
    """Average over the last ``_MEMORY_S`` seconds or so."""
    if value is None or before is None:
        return value if before is None else before
    return before + (1.0 - math.exp(-weight_s / _MEMORY_S)) * (value - before)
