"""What to aim at: the runner's own baseline, the wanted change, the cap and the ramp.

The baseline is the mean step rate over ``baseline_s`` of steady running at one speed that nobody
coached, or one stored from an earlier run at that speed (within 0.3 m/s). It is learned only until
the first cue, so that what the coach brought about never becomes the runner's "own". A relative
target waits for it. An absolute one starts from the rate measured during the grace, which also
stands in for the baseline in the cap. Targets move by at most ``ramp_ratio_per_s``; nothing is ever
asked above the cap of +10 % of the own rate, once that is known. When the speed changes by more
than 0.3 m/s everything is chosen or measured anew.
"""

import math

from livecoach.coach.params import CAP_RATIO, CoachParams, parse_target
from livecoach.model import Baseline, Profile, Target

_SAME_SPEED_MPS = 0.3
_MEMORY_S = 8.0
_WATCHING = "watching your own step rate first"


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

    def rate_spm(self) -> float | None:
        return self._rate_time / self.seconds if self.seconds else None

    def speed_mps(self) -> float | None:
        if not self._speed_seconds or self._speed_seconds < 0.5 * self.seconds:
            return None
        return self._speed_time / self._speed_seconds

    def baseline(self) -> Baseline:
        rate = self._rate_time / self.seconds
        return Baseline(rate, self.speed_mps(), round(self._rate_time / 60.0))


class TargetKeeper:
    """Steady step rates in, the target of the moment out.

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
        self._kind, self._wanted = parse_target(params.target)
        self.reset()

    def reset(self) -> None:
        """Forget this run."""
        self.measured: list[Baseline] = []
        self._told: tuple[int | None, str] = (None, "")
        self._begin()

    def _begin(self) -> None:
        """Choose and measure anew: nothing is known of the runner at this speed."""
        self.baseline: Baseline | None = None
        self.target_spm: float | None = None
        self._mean = _Mean()
        self._coached = False
        self._recent_spm: float | None = None
        self._recent_mps: float | None = None
        self._t_ramp: float | None = None

    def coached(self) -> None:
        """Learn no more: from now on the runner has been asked for something."""
        self._coached = True

    def learn(self, step_rate_spm: float, speed_mps: float | None, weight_s: float) -> None:
        """Take one steady reading that stands for ``weight_s`` seconds of running."""
        self._recent_mps = _follow(self._recent_mps, speed_mps, weight_s)
        if self._speed_changed():
            self._begin()
        self._recent_spm = _follow(self._recent_spm, step_rate_spm, weight_s)
        if self._coached or self._params.beats == "constant" or self.baseline is not None:
            return
        self._mean.add(step_rate_spm, speed_mps, weight_s)
        if self._mean.seconds >= self._params.baseline_s:
            self.baseline = self._mean.baseline()
            self.measured.append(self.baseline)

    def update(self, t: float) -> list[Target]:
        """Return the target when it has become known, changed its reason or moved by 0.5/min."""
        reason = self._aim(t)
        spm = self.target_spm
        key = (None if spm is None else round(spm * 2), reason)
        if key == self._told:
            return []
        self._told = key
        own = None if self.baseline is None else self.baseline.step_rate_spm
        return [Target(t, spm, own, reason)]

    def _aim(self, t: float) -> str:
        """Move the target of the moment; return why it is what it is."""
        if self._kind == "none":
            return ""
        if self.baseline is None:
            self.baseline = self._stored(t)
        own = self._own(t)
        goal, reason = self._wanted, f"{self._wanted:g} as asked"
        if self._kind == "relative":
            if own is None or self.baseline is None:
                return _WATCHING
            goal = own * (1.0 + self._wanted)
            reason = f"{100 * self._wanted:+g} % of your own {own:.1f}"
        if own is not None and goal > own * (1.0 + CAP_RATIO):
            goal = own * (1.0 + CAP_RATIO)
            reason += f", capped at +10 % of your own {own:.1f}"
        self._ramp(goal, own, t)
        return reason if self.target_spm is not None else _WATCHING

    def _own(self, t: float) -> float | None:
        """Return the runner's own rate; until there is a baseline, that of the grace."""
        if self.baseline is not None:
            return self.baseline.step_rate_spm
        return self._mean.rate_spm() if t >= self._params.grace_s else None

    def _ramp(self, goal: float, own: float | None, t: float) -> None:
        """Start from what the runner does, on the goal's side of their own rate; then ramp."""
        p = self._params
        if p.beats == "constant":
            self.target_spm = goal
        elif self.target_spm is None:
            if t >= p.grace_s and own is not None and self._recent_spm is not None:
                low, high = min(own, goal), max(own, goal)
                self.target_spm = min(max(self._recent_spm, low), high)
        elif self._t_ramp is not None:
            most = self.target_spm * p.ramp_ratio_per_s * max(0.0, t - self._t_ramp)
            self.target_spm += max(-most, min(most, goal - self.target_spm))
        if self.target_spm is not None and own is not None:
            self.target_spm = min(self.target_spm, own * (1.0 + CAP_RATIO))
        self._t_ramp = t

    def _speed_changed(self) -> bool:
        reference = self._mean.speed_mps() if self.baseline is None else self.baseline.speed_mps
        if reference is None or self._recent_mps is None:
            return False
        return abs(self._recent_mps - reference) > _SAME_SPEED_MPS

    def _stored(self, t: float) -> Baseline | None:
        """Find the stored baseline of this run's speed, once the speed has shown itself."""
        if self._recent_spm is None:
            return None
        if t < self._params.grace_s and self._params.beats != "constant":
            return None
        speed = self._recent_mps
        if speed is None:
            return next((b for b in self._profile.baselines if b.speed_mps is None), None)
        near = [
            (abs(b.speed_mps - speed), k)
            for k, b in enumerate(self._profile.baselines)
            if b.speed_mps is not None and abs(b.speed_mps - speed) < _SAME_SPEED_MPS
        ]
        return self._profile.baselines[min(near)[1]] if near else None


def _follow(before: float | None, value: float | None, weight_s: float) -> float | None:
    """Average over the last ``_MEMORY_S`` seconds or so."""
    if value is None or before is None:
        return value if before is None else before
    return before + (1.0 - math.exp(-weight_s / _MEMORY_S)) * (value - before)
