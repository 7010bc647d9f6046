"""What asking has done for a runner, and what follows: sums in, a comparison and a rule out.

The effect of a way of asking is its mean change less the mean change of the silences of the same
kind and measure. Its standard error is s sqrt(1/n + 1/m) for n askings and m silences, s the
standard deviation within all ways of that kind together (equal spread is assumed).

The rule is deterministic and cautious: nothing is judged of fewer than `FEW` askings and two
silences. The effect is shrunk by one imagined asking without any, n / (n + 1). A way has *failed*
when that is not above 0, or, after `MANY` askings, not above its standard error; one of six that do
nothing passes even so, and is judged again with every asking. The one furthest above its error is
the *best*. What has failed is said no more while there is another way; the best one comes three
times as often as others. Askings of a kind all together, by the same rule, tell whether the kind is
*futile*: then it is asked as rarely as possible, and others come before it.
"""

import math
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from livecoach.model import Efficacy, Means

FEW, MANY, SILENCES = 3, 6, 2
_BEST_WEIGHT = 3.0

Key = tuple[str, str, Means, str]


class Effect(Struct, frozen=True):
    """A mean change against silence; ``sd`` is its standard error (None: not known)."""

    n: int
    mean: float
    sd: float | None

    @property
    def margin(self) -> float:
        """How far the shrunk mean lies above its standard error."""
        return self.shrunk - (math.inf if self.sd is None else self.sd)

    @property
    def shrunk(self) -> float:
        """The mean, had there been one more asking without effect."""
        return self.mean * self.n / (self.n + 1)


class Evidence:
    """Changes in, effects and the rule above out.

    Parameters
    ----------
    known
        What earlier runs found with this runner.
    """

    def __init__(self, known: Iterable[Efficacy]) -> None:
        self._rows = {_key(row): row for row in known}
        self._gained: dict[Key, Efficacy] = {}

    @property
    def gained(self) -> tuple[Efficacy, ...]:
        """What this run has added, to be added to what is kept."""
        return tuple(self._gained.values())

    @property
    def tried(self) -> int:
        """How often anything was tried, ever."""
        return sum(row.tried for row in self._rows.values())

    def knows(self, kind: str, measure: str) -> bool:
        """Return whether this kind was ever tried with this runner."""
        return any(row.tried for row in self._of(kind, measure))

    def add(self, key: Key, change: float | None) -> None:
        """Count a try; one without a ``change`` tells nothing else."""
        for rows in (self._rows, self._gained):
            kind, measure, means, phrase = key
            before = rows.get(key) or Efficacy(
                kind=kind, measure=measure, means=means, phrase=phrase
            )
            more = msgspec.structs.replace(before, tried=before.tried + 1)
            if change is not None:
                more = msgspec.structs.replace(
                    more,
                    n=more.n + 1,
                    total=more.total + change,
                    squares=more.squares + change * change,
                )
            rows[key] = more

    def silence(self, kind: str, measure: str) -> tuple[int, float | None]:
        """Return how many silences count, and their mean change."""
        row = self._rows.get((kind, measure, "silence", ""))
        return (0, None) if row is None or not row.n else (row.n, row.total / row.n)

    def spread(self, kind: str, measure: str) -> float | None:
        """Return the standard deviation of single changes within all ways of a kind."""
        rows = [row for row in self._of(kind, measure) if row.n]
        free = sum(row.n - 1 for row in rows)
        if free < FEW:
            return None
        scatter = sum(row.squares - row.total * row.total / row.n for row in rows)
        return math.sqrt(max(0.0, scatter) / free)

    def effect(self, key: Key) -> Effect | None:
        """Return what one way of asking does; None while there is nothing to say."""
        row = self._rows.get(key)
        return None if row is None else self._compared(key[0], key[1], [row])

    def failed(self, key: Key) -> bool:
        """Return whether a way of asking does not help."""
        return self._in_vain(key[0], key[1], self.effect(key))

    def futile(self, kind: str, measure: str) -> bool:
        """Return whether no way of asking for this helps."""
        asked = [row for row in self._of(kind, measure) if row.means != "silence"]
        return self._in_vain(kind, measure, self._compared(kind, measure, asked))

    def weight(self, key: Key) -> float:
        """Return how often to use these words, against others of their kind."""
        if self.failed(key):
            return 0.0
        kind, measure, means, _ = key
        found = [
            (effect.margin, row.phrase)
            for row in self._of(kind, measure)
            if row.means == means and (effect := self.effect(_key(row))) and effect.n >= FEW
        ]
        best = max(found, default=(0.0, ""))
        return _BEST_WEIGHT if best[0] > 0.0 and best[1] == key[3] else 1.0

    def _of(self, kind: str, measure: str) -> list[Efficacy]:
        return [row for row in self._rows.values() if (row.kind, row.measure) == (kind, measure)]

    def _compared(self, kind: str, measure: str, rows: list[Efficacy]) -> Effect | None:
        n = sum(row.n for row in rows)
        m, held = self.silence(kind, measure)
        if not n or held is None:
            return None
        spread = self.spread(kind, measure)
        sd = None if spread is None else spread * math.sqrt(1.0 / n + 1.0 / m)
        return Effect(n, sum(row.total for row in rows) / n - held, sd)

    def _in_vain(self, kind: str, measure: str, effect: Effect | None) -> bool:
        if effect is None or effect.n < FEW or self.silence(kind, measure)[0] < SILENCES:
            return False
        return effect.shrunk <= 0.0 or (effect.n >= MANY and effect.margin <= 0.0)


def _key(row: Efficacy) -> Key:
    return row.kind, row.measure, row.means, row.phrase
