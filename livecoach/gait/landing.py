"""What a machine hands up at a footfall: where it was, and what the step before it amounted to.

Holes. Between samples nobody has seen when a foot came down. A hole no longer than the flank's own
rise r leaves a sample on it, and the line between the samples holds; in a longer one, of d seconds,
the rest is taken as uniform:

    spread = max(0, d - r) / sqrt(12),

r the half sine's rise to the level crossed (trunk, `livecoach.gait.stance`), 15 ms from contact to
the fastest slap (foot), 10 ms from valley to contact (shoe). The rhythm's own prediction is the
other witness, and the contact reported is the mean of both, weighted by 1 / variance
(`livecoach.gait.phase`). Sampled fast enough the spread is nothing and the contact stays as it was
found: 50 Hz and more on a trunk, 67 Hz on a foot. Contact time is not said where contact (trunk) or
toe-off crossed a hole of more than 60 ms; a contact no machine found stays missed. Where a foot's
slap fell into a hole: `livecoach.gait.foot`.

Measured. Force truth, from 3 s on, every contact whatever its quality. Copies: 25 Hz (3 phases);
20 % of packets of eight samples lost (6 draws; holes of 45 ms and multiples, real waist 18 ms); the
same at 100 Hz (4 draws; 90 ms and multiples). F1, contact SD within a recording, contact time RMSE
(ms):

    ============= =========== ================= ================= =================
    mount         clean       25 Hz             packets           packets, 100 Hz
    ============= =========== ================= ================= =================
    waist real     2.3  10.9  1.000  4.5  13.5  1.000  2.7  10.7  0.958    -  10.3
    waist virtual  2.8   9.5  1.000  3.5   9.3  0.999  3.2   9.3  0.980  4.2  10.2
    chest virtual  1.4   4.1  1.000  2.4   5.7  1.000  2.6   4.7  0.993  3.3   3.1
    back virtual   1.4   3.0  1.000  2.6   4.8  1.000  2.5   3.8  0.993  2.6   5.4
    foot virtual   2.6  11.4  1.000  6.1  15.8  0.996  7.7  13.1  0.981  6.8  20.2
    ============= =========== ================= ================= =================

The same crossings taken as if all had been seen: contact SD 6.0, 3.8, 2.7, 3.5, 10.1 at 25 Hz; 4.5,
6.7, 7.5, 11.1, 15.2 with packets lost; 11-19 at 100 Hz. 50 and 500 Hz, 20 % of single samples lost
and a clock 2 % fast are as clean to 0.3 ms (real waist at 50 Hz 3.8, foot 3.2).

Short of twice the clean error: the foot at 25 Hz (2.3 times; one or two samples lie on a slap of 50
ms, and the error drifts with the phase of sampling, so no rhythm averages it out); a foot with
packets lost 3 times (5.1 ms, 2.0 times, for contacts of quality 0.5 and more); chest and back 1.9
times at 25 Hz and 1.8 with packets lost, the chest at 100 Hz 2.3.
Tried: the whole hole as uncertainty, not its excess (foot at 50 Hz 3.8 ms); a triangle of known
width fitted to the slap (25 Hz, single slaps: 5-13 ms by width).
"""

from msgspec import Struct

from livecoach.model import Activity


class StepValues(Struct, frozen=True, gc=False):
    """What one sensor knows about the step (a foot: the stride) that just ended."""

    contact_time_s: float | None = None
    vertical_oscillation_m: float | None = None
    speed_loss_mps: float | None = None
    propulsion_mps: float | None = None
    pelvis_swing_mps: float | None = None
    landing_angle_deg: float | None = None
    toe_off_pitch_deg: float | None = None
    swing_pitch_deg: float | None = None
    trunk_lean_deg: float | None = None
    speed_mps: float | None = None
    activity: Activity = "run"


class Landing(Struct, frozen=True, gc=False):
    """A footfall at ``t``.

    ``strength`` (0..1) says how clearly it stood out, ``sure`` (0..1) how sure a sensor is of it
    even without a rhythm, ``spread_s`` the standard uncertainty of ``t`` for want of samples.
    """

    t: float
    before: StepValues
    strength: float = 1.0
    sure: float = 0.0
    spread_s: float = 0.0
