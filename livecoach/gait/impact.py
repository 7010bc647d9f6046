"""The jolt of a landing: how fast the specific force changes.

Definition. The jump is the size of the vector f(t) - f(t - 20 ms), in g: the jerk, averaged over
20 ms so that it means the same at any sampling rate (slower sensors: over one sample) and whatever
the sensor's orientation. A burst begins when the jump exceeds 35 % of its usual peak and 1.5 g, and
ends when it has stayed below for 0.1 s, for a landing shakes the foot that long. The foot was
down half of the 20 ms before the burst's begin. A burst that begins across a hole of more than
44 ms is loud but has no date: dated at the hole's end it made landings of swings (foot virtual,
20 % of packets of eight lost: F1 0.977, without 0.995).

Use. The second witness of `livecoach.gait.foot`: it confirms a slap of the toes and dates a landing
that showed none (toe first, backwards, turning). `livecoach.gait.shoe` asks it too.

Source. The impact transient as the mark of contact: Sinclair et al. 2013,
doi:10.1123/jab.29.1.118 (shank, 16 runners at 4 m/s: 1.7 ms from the force plate). Share and
least jump were set by hand with the data below in view.

Measured. Force plates, 4 virtual feet (Davis, RBDS): begin of the landing's burst, taken at half
the landing's own jump, -6..+13 ms from contact, SD 3-4 ms in three and 27 in the fourth, where the
end of the swing jumps too. Jumps at landing 7-12 g, elsewhere in the stride at most 4. Real instep
sensor in slow jog (7 trials): at landing 3-12 g, elsewhere usually below 4. The jump is the same,
within the scatter, at 200, 100 and 50 Hz.

Validity. Running. Walking lands softly (2-3 g) and pushes off as hard: there the jolt means little
by itself.
"""

from collections import deque
from math import hypot

from livecoach.gait.filters import Peak
from livecoach.gait.params import FootParams, G
from livecoach.model import BodySample


class Impact:
    """Follows the jolts; ``onset_s``, ``loud_s``: when the last burst began and was last loud."""

    def __init__(self, params: FootParams) -> None:
        self._params = params
        self._usual = Peak(params.memory_s)
        self._past: deque[tuple[float, float, float, float]] = deque()
        self.loud_s: float | None = None
        self.onset_s: float | None = None

    def update(self, s: BodySample) -> None:
        """Take in one sample."""
        p, past = self._params, self._past
        past.append((s.t, s.acc_ap, s.acc_ml, s.acc_v))
        while len(past) > 2 and s.t - past[1][0] > 0.99 * p.jump_s:
            past.popleft()
        first = past[0]
        gone = s.t - first[0]
        if not 0.0 < gone <= p.jump_gap_s:
            return
        jump = hypot(s.acc_ap - first[1], s.acc_ml - first[2], s.acc_v - first[3]) / G
        self._usual.update(jump, s.t - past[-2][0])
        if jump > max(p.jump_min_g, p.jump_share * self._usual.value):
            if self.loud_s is None or s.t - self.loud_s > p.jump_quiet_s:
                self._begin(s.t, gone)
            self.loud_s = s.t

    def _begin(self, t: float, gone: float) -> None:
        """Date the burst, unless it began somewhere in a hole."""
        if gone <= self._params.hole_s:
            self.onset_s = t - 0.5 * min(gone, self._params.jump_s)
