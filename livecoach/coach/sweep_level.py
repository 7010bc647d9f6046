"""One level of a sweep while it is being measured."""

from livecoach.coach.stage import GOOD_QUALITY, Reading
from livecoach.coach.sweep_fit import LABELS, Level
from livecoach.model import HeartRate, Step

_FEWEST = 20
_HEART = "heart_rate_bpm"


class Measuring:
    """Good steps and heart rates of one level in, their means out.

    Parameters
    ----------
    asked_spm
        The step rate that the beats ask for.
    """

    def __init__(self, asked_spm: float) -> None:
        self.asked_spm = asked_spm
        self.t_held: float | None = None
        self.seconds = 0.0
        self._t_from = self._t_heart = 1e9
        self._steps = 0.0
        self._speed_sum = self._speed_seconds = 0.0
        self._sums: dict[str, tuple[float, int]] = {}

    @staticmethod
    def costs_of(x: Step | HeartRate) -> dict[str, float]:
        """Return what this tells of a cost: of a good running step, of a heart on its sensor."""
        if isinstance(x, HeartRate):
            return {_HEART: x.rate_bpm} if x.worn else {}
        if x.activity != "run" or x.quality < GOOD_QUALITY:
            return {}
        found = {name: getattr(x, name, None) for name in LABELS}
        return {name: value for name, value in found.items() if value is not None}

    def hold(self, t: float, settle_s: float, heart_settle_s: float) -> None:
        """Note that the tempo is reached; from so much later on things are measured."""
        self.t_held, self._t_from, self._t_heart = t, t + settle_s, t + heart_settle_s

    def add(self, t: float, reading: Reading) -> None:
        """Take good running."""
        if t < self._t_from:
            return
        self.seconds += reading.seconds
        self._steps += reading.rate_spm * reading.seconds / 60.0
        if reading.speed_mps is not None:
            self._speed_sum += reading.speed_mps * reading.seconds
            self._speed_seconds += reading.seconds

    def add_costs(self, t: float, found: dict[str, float]) -> None:
        """Take what a step or a heart rate costs."""
        for name, value in found.items():
            if t >= (self._t_heart if name == _HEART else self._t_from):
                total, count = self._sums.get(name, (0.0, 0))
                self._sums[name] = total + value, count + 1

    @property
    def level(self) -> Level:
        """What it amounts to; there must be ``seconds`` of running in it."""
        costs = {k: total / n for k, (total, n) in self._sums.items() if n >= _FEWEST}
        known = self._speed_seconds >= 0.5 * self.seconds
        speed = self._speed_sum / self._speed_seconds if known and self._speed_seconds else None
        return Level(self.asked_spm, 60.0 * self._steps / self.seconds, speed, costs)
