"""The jolt of a landing: how fast the specific force changes.

Definition. The jump is the size of the vector f(t) - f(t - 20 ms), in g: the jerk, averaged over
20 ms so that it means the same at any sampling rate (slower sensors: over one sample) and whatever
the sensor's orientation. A burst begins when the jump exceeds 35 % of its usual peak and 1.5 g, and
ends when it has stayed below for 0.1 s, for a landing shakes the foot that long. The foot was
down half of the 20 ms before the burst's begin. A jump across missing samples is loud, but dates
nothing: it holds the slow change of the whole hole.

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
from livecoach.gait.foot_params import FootParams
from livecoach.gait.params import G
from livecoach.model import BodySample


class Impact:
    """Follows the jolts.

    ``onset_s``, ``loud_s``, ``peak_g``: when the last burst began and was last loud, its largest
    jump; ``holed``: samples are missing before this one.
    """

    def __init__(self, params: FootParams) -> None:
        self._params = params
        self._usual = Peak(params.memory_s)
        self._past: deque[tuple[float, float, float, float]] = deque()
        self._burst_s: float | None = None
        self._pace_s = 0.0
        self._paces = 0
        self.holed = False
        self.loud_s: float | None = None
        self.onset_s: float | None = None
        self.peak_g = 0.0

    def update(self, s: BodySample) -> None:
        """Take in one sample."""
        p, past = self._params, self._past
        past.append((s.t, s.acc_ap, s.acc_ml, s.acc_v))
        while len(past) > 2 and s.t - past[1][0] > 0.99 * p.jump_s:
            past.popleft()
        first = past[0]
        gone = s.t - first[0]
        self._pace(0.0 if len(past) == 1 else s.t - past[-2][0])
        if not 0.0 < gone <= p.jump_gap_s:
            return
        jump = hypot(s.acc_ap - first[1], s.acc_ml - first[2], s.acc_v - first[3]) / G
        self._usual.update(jump, s.t - past[-2][0])
        if jump > max(p.jump_min_g, p.jump_share * self._usual.value):
            self.loud_s = s.t
            if gone > 1.5 * max(p.jump_s, self._pace_s):
                return
            if self._burst_s is None or s.t - self._burst_s > p.jump_quiet_s:
                self.onset_s, self.peak_g = s.t - 0.5 * min(gone, p.jump_s), 0.0
            self._burst_s, self.peak_g = s.t, max(self.peak_g, jump)

    def _pace(self, gap_s: float) -> None:
        """Learn how far apart the samples usually are; say whether some are missing here."""
        p = self._params
        if gap_s <= 0.0:
            return
        self.holed = self._paces > 0 and gap_s > max(p.jump_s, 2.0 * self._pace_s)
        self._paces = min(self._paces + 1, p.pace_memory)
        self._pace_s += (min(gap_s, p.jump_gap_s) - self._pace_s) / self._paces
