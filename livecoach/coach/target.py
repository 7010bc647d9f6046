"""What to aim at: the runner's own baseline, the wanted change, the cap and the ramp.

The wish is absolute (``176``) or relative to the runner's own rate at this speed (``+5%``,
`livecoach.coach.own`); a relative one waits until that is known, an absolute one starts with the
rate of the grace standing in for it. The target begins at what the runner does, brought to the side
of the goal but never by more than 3 %, and goes to the goal by at most ``ramp_ratio_per_s``, only
while the runner runs (``beats = "constant"``: begins at the goal, and time alone counts). Nothing
is ever asked above +10 % of the own rate, once that is known: above it the target falls at once.
Another speed begins all this anew, with no target in between until the own rate there is known.

A wish may change during the run (`TargetKeeper.ask`). One that is out of bounds or above the cap is
refused with the reason, and the former one stays.
"""

from livecoach.coach.own import OwnRate
from livecoach.coach.params import CAP_RATIO, CoachParams, parse_target
from livecoach.coach.steady import Pace
from livecoach.errors import ConfigError
from livecoach.model import Baseline, Profile, Target

_WATCHING = "watching your own step rate first"
_STEP_RATIO = 0.03
# The ramp rests when the last reading of running is older than this.
_RUNNING_S = 3.0


class TargetKeeper:
    """Readings of running in, the target of the moment out.

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
        self.reset()

    def reset(self) -> None:
        """Forget this run."""
        self._kind, self._wanted = parse_target(self._params.target)
        self._own = OwnRate(self._params, self._profile)
        self.target_spm: float | None = None
        self._goal_spm: float | None = None
        self._t_ramp: float | None = None
        self._t_run = -1e9
        self._told: tuple[int | None, bool, str] = (None, False, "")

    @property
    def baseline(self) -> Baseline | None:
        """The own rate that counts at this speed."""
        return self._own.baseline

    @property
    def measured(self) -> list[Baseline]:
        """The baselines measured in this run, one per speed, in order."""
        return self._own.measured

    def coached(self) -> None:
        """Learn no more: from now on the runner has been asked for something."""
        self._own.coached()

    def learn(
        self,
        t: float,
        step_rate_spm: float,
        speed_mps: float | None,
        weight_s: float,
        pace: Pace = "steady",
    ) -> None:
        """Take one good reading of running that stands for ``weight_s`` seconds."""
        self._t_run = t
        if self._own.learn(step_rate_spm, speed_mps, weight_s, pace):
            self.target_spm = None

    def update(self, t: float) -> list[Target]:
        """Return the target when it is known, has a new reason, moved by 0.5/min or arrived."""
        reason = self._aim(t)
        if self._key(reason) == self._told:
            return []
        return [self._say(t, reason)]

    def ask(self, t: float, text: str) -> Target:
        """Change the wish to ``176``, ``+5%`` or ```` (none), or say why not."""
        own = self._own.rate_spm()
        try:
            kind, wanted = parse_target(text)
        except ConfigError as exc:
            return self._refuse(t, exc.reason)
        if kind == "absolute" and own is not None and wanted > own * (1.0 + CAP_RATIO):
            return self._refuse(t, f"{text} is more than 10 % above your own {own:.1f}")
        self._kind, self._wanted = kind, wanted
        if kind == "none":
            self.target_spm = None
        return self._say(t, self._aim(t))

    def _refuse(self, t: float, why: str) -> Target:
        reason = self._aim(t) or "no target"
        own = self.baseline
        own_spm = None if own is None else own.step_rate_spm
        return Target(t, self.target_spm, own_spm, f"refused: {why}; still {reason}")

    def _key(self, reason: str) -> tuple[int | None, bool, str]:
        """Return what a listener would notice the change of."""
        spm = self.target_spm
        return None if spm is None else round(spm * 2), spm == self._goal_spm, reason

    def _say(self, t: float, reason: str) -> Target:
        own = self.baseline
        self._told = self._key(reason)
        return Target(t, self.target_spm, None if own is None else own.step_rate_spm, reason)

    def _aim(self, t: float) -> str:
        """Move the target of the moment; return why it is what it is."""
        if self._kind == "none":
            return ""
        self._own.look()
        own = self._own.rate_spm()
        goal, reason = self._wanted, f"{self._wanted:g} as asked"
        if self._kind == "relative":
            if own is None or not self._own.final:
                self.target_spm = None
                return _WATCHING
            goal = own * (1.0 + self._wanted)
            reason = f"{100 * self._wanted:+g} % of your own {own:.1f}{self._own.origin}"
        if own is not None and goal > own * (1.0 + CAP_RATIO):
            goal = own * (1.0 + CAP_RATIO)
            reason += f", capped at +10 % of your own {own:.1f}{self._own.origin}"
        self._goal_spm = goal
        self._move(goal, own, t)
        return reason if self.target_spm is not None else _WATCHING

    def _move(self, goal: float, own: float | None, t: float) -> None:
        """Begin, or go one piece of the ramp towards the goal; the cap holds at once."""
        constant = self._params.beats == "constant"
        if self.target_spm is None:
            self.target_spm = goal if constant else self._begin(goal, own)
        elif self._t_ramp is not None and (constant or t - self._t_run < _RUNNING_S):
            ratio = self._params.ramp_ratio_per_s * max(0.0, t - self._t_ramp)
            most = self.target_spm * min(ratio, _STEP_RATIO)
            self.target_spm += max(-most, min(most, goal - self.target_spm))
        if self.target_spm is not None and own is not None:
            self.target_spm = min(self.target_spm, own * (1.0 + CAP_RATIO))
        if constant and self.target_spm is not None:
            self.coached()
        self._t_ramp = t

    def _begin(self, goal: float, own: float | None) -> float | None:
        """Start from what the runner does, towards the goal's side of their own rate."""
        does = self._own.recent_spm
        if own is None or does is None or not self._own.settled:
            return None
        low, high = min(own, goal), max(own, goal)
        wanted = min(max(does, low), high)
        return min(max(wanted, does * (1.0 - _STEP_RATIO)), does * (1.0 + _STEP_RATIO))
