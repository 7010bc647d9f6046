"""How far the landing leg already pushes when the vertical comes back: it brakes as it lifts.

Definition. At landing the force points along the leg, ``landing_deg`` back from up. Where the
vertical crosses a level L at a forward specific force f (in g), the leg is as far on as one that
pushes

    L + (f0 - f) tan(landing_deg),

f0 the usual f at a crossing, and `livecoach.gait.stance`'s lag is taken at that level: a step that
already brakes hard began earlier than its vertical says. Only the difference from usual counts:
the usual f is as much the site's own swing as braking, and with f0 = 0 a real waist's contacts
would all come 11 ms earlier, those of virtual ones 6 to 9.

f0 is the mean of the last ``slant_steps`` crossings of every second step. Left and right differ at
the trunk not only by braking: a sensor turned about the vertical or off the middle sees the sway.
So at chest and back f0 is each leg's own; at the waist half of the difference is believed.

Angle. Spring-mass runners land their leg 22 degrees off the vertical at 4.5 m/s (angle of attack
68: J. Exp. Biol. 211:2989, 2008); asin(v tc / 2 L) is 21-32 degrees for the three runners here, a
heel 125 and 256 mm ahead of the pelvis 8 and 15. 20 is the round number between: 10, 15, 25 and 30
all steady every site against none (real 3.0, 2.8, 2.6, 2.6; virtual waists 3.0; chest 1.7 to 1.2).

Measured (force truth; SD within a recording, ms; ``none`` is the vertical alone):

    ================== ==== ===== ===== ===== ======
    ..                 real Davis RBDS  chest back
    ================== ==== ===== ===== ===== ======
    none               3.35  3.16  3.21  2.06  1.86
    this               2.66  2.58  3.08  1.34  1.37
    each leg's own f0  3.19  2.95  3.13  1.34  1.37
    one f0 for both    2.38  2.24  3.07  1.83  1.33
    ================== ==== ===== ===== ===== ======

Turned by 35 degrees about the vertical: chest 1.9, back 1.6, virtual waists 3.3 at most; with one
f0 for both legs the chest would spread to 6.3.

Tried and left. When v - f tan(20) crosses the level itself: 2.76, 2.02, 2.99, 1.73, 1.55, but a
real waist whose vertical does not come to 0 in flight fires early (6.7 at 15 degrees). Length of
the fall below 1 g (a long fall lands fast): waists 3.2 and 3.1, chest 2.2, back 2.0.

Validity. Forward declared; without it nothing is changed. Declared the wrong way round it doubles
what it should take off.
"""

from math import radians, tan

from livecoach.gait.params import TrunkParams


class Slant:
    """Follows the forward force at crossings; ``sides`` is how much of left/right is believed."""

    def __init__(self, params: TrunkParams, sides: float) -> None:
        self._per_g = tan(radians(params.landing_deg))
        self._steps = params.slant_steps
        self._most_g = params.slant_most_g
        self._sides = sides
        self._same: _Usual | None = None
        self._other: _Usual | None = None

    def update(self, ahead_g: float) -> float:
        """Take in the forward specific force at a crossing; return how much more the leg pushes."""
        usual, self._other = self._other or _Usual(), self._same
        usual.add(ahead_g, self._steps)
        self._same = usual
        usual_g = usual.value
        if self._other is not None:
            usual_g += 0.5 * self._sides * (self._other.value - usual_g)
        more = self._per_g * (usual_g - ahead_g)
        return min(max(more, -self._most_g), self._most_g)


class _Usual:
    """A mean that forgets what is older than so many values."""

    def __init__(self) -> None:
        self.value = 0.0
        self._count = 0

    def add(self, x: float, most: int) -> None:
        self._count = min(self._count + 1, most)
        self.value += (x - self.value) / self._count
