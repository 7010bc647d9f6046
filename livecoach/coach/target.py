"""What to aim at: the runner's own baseline, the wanted change, the cap and the ramp.

The baseline is the mean step rate over the first ``baseline_s`` of steady running at one speed, or
one stored from an earlier run at that speed (within 0.3 m/s). A relative target waits for it; an
absolute one starts from the rate measured during the grace. Targets move by at most
``ramp_ratio_per_s``; the cap of +10 % of the own baseline holds as soon as there is one.
"""

import math

from livecoach.coach.params import CAP_RATIO, CoachParams, parse_target
from livecoach.model import Baseline, Profile, Target

_SAME_SPEED_MPS = 0.3
_MEMORY_S = 8.0


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
        self.measured: Baseline | None = None
        self.baseline: Baseline | None = None
        self.target_spm: float | None = None
        self._steady_s = 0.0
        self._steps = 0
        self._rate_time = 0.0
        self._speed_time = 0.0
        self._speed_known_s = 0.0
        self._recent_spm: float | None = None
        self._goal_spm: float | None = None
        self._t_ramp: float | None = None
        self._told: tuple[int | None, str] = (None, "")

    def learn(self, step_rate_spm: float, speed_mps: float | None, weight_s: float) -> None:
        """Take one steady reading that stands for ``weight_s`` seconds of running."""
        gain = 1.0 - math.exp(-weight_s / _MEMORY_S)
        before = self._recent_spm
        self._recent_spm = (
            step_rate_spm if before is None else before + gain * (step_rate_spm - before)
        )
        if self.measured is not None:
            return
        self._steady_s += weight_s
        self._steps += round(step_rate_spm * weight_s / 60.0)
        self._rate_time += step_rate_spm * weight_s
        if speed_mps is not None:
            self._speed_time += speed_mps * weight_s
            self._speed_known_s += weight_s
        if self._steady_s >= self._params.baseline_s:
            self.measured = Baseline(self._rate_time / self._steady_s, self._speed(), self._steps)

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
            self.baseline = self.measured or self._stored(t)
        own = None if self.baseline is None else self.baseline.step_rate_spm
        goal, reason = self._wanted, f"{self._wanted:g} as asked"
        if self._kind == "relative":
            if own is None:
                return "watching your own step rate first"
            goal = own * (1.0 + self._wanted)
            reason = f"{100 * self._wanted:+g} % of your own {own:.1f}"
        if own is not None and goal > own * (1.0 + CAP_RATIO):
            goal = own * (1.0 + CAP_RATIO)
            reason += f", capped at +10 % of your own {own:.1f}"
        self._ramp(goal, own, t)
        return reason

    def _ramp(self, goal: float, own: float | None, t: float) -> None:
        """Start from what the runner does and go to the goal no faster than the ramp allows."""
        p = self._params
        if p.beats == "constant":
            self.target_spm = goal
        elif self.target_spm is None:
            self.target_spm = (own or self._recent_spm) if t >= p.grace_s else None
        elif self._t_ramp is not None:
            most = self.target_spm * p.ramp_ratio_per_s * max(0.0, t - self._t_ramp)
            self.target_spm += max(-most, min(most, goal - self.target_spm))
        self._t_ramp = t

    def _speed(self) -> float | None:
        if self._speed_known_s < 0.5 * self._steady_s or self._speed_known_s == 0:
            return None
        return self._speed_time / self._speed_known_s

    def _stored(self, t: float) -> Baseline | None:
        """Find the stored baseline of this run's speed, once the speed has shown itself."""
        if self._steady_s == 0 or (t < self._params.grace_s and self._params.beats != "constant"):
            return None
        speed = self._speed()
        if speed is None:
            return next((b for b in self._profile.baselines if b.speed_mps is None), None)
        near = [
            (abs(b.speed_mps - speed), k)
            for k, b in enumerate(self._profile.baselines)
            if b.speed_mps is not None and abs(b.speed_mps - speed) <= _SAME_SPEED_MPS
        ]
        return self._profile.baselines[min(near)[1]] if near else None
