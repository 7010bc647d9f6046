"""What a machine hands up at a footfall: where it was, and what the step before it amounted to.

Holes. Between samples nobody has seen when a foot came down. A hole no longer than the flank's own
rise r leaves a sample on it, and the line between the samples holds; in a longer one, of d seconds,
the rest is taken as uniform:

    spread = max(0, d - r) / sqrt(12),

r the half sine's rise to the level crossed (trunk, `livecoach.gait.stance`), 15 ms from contact to
the fastest slap (foot), 10 ms from valley to contact (shoe). The rhythm's own prediction is the
other witness, and the contact reported is the mean of both, weighted by 1 / variance
(`livecoach.gait.phase`). Sampled fast enough the spread is nothing and the contact stays as it was
found: 50 Hz and more on a trunk, 67 Hz on a foot. A foot's slap that was not seen where a hole of
more than 44 ms lies is put in its middle. Contact time is not said where contact (trunk) or
toe-off crossed a hole of more than 60 ms; a contact no machine found stays missed.

Measured. Force truth, every step whatever its quality. Copies: 25 Hz (3 phases); 20 % of packets of
eight samples lost (6 draws; holes of 45 ms and multiples, real waist 18 ms); the same at 100 Hz
(4 draws; 90 ms and multiples). F1, contact SD within a recording, contact time RMSE (ms):

    ============= =========== ================= ================= =================
    mount         clean       25 Hz             packets           packets, 100 Hz
    ============= =========== ================= ================= =================
    waist real     3.3  18.4  1.000  5.7  21.5  0.999  4.1  18.9  0.992  5.2  18.2
    waist virtual  3.2  23.7  1.000  3.7  23.4  0.998  3.5  23.8  0.988  4.1  23.8
    chest virtual  2.1   4.2  1.000  2.5   5.8  1.000  2.8   4.5  0.989  3.0   4.3
    back virtual   1.9   3.1  1.000  2.6   4.8  1.000  2.8   3.6  0.995  2.9   3.2
    foot virtual   2.9  13.0  0.996  7.5  16.6  0.995  6.2  15.0  0.964  6.4  19.8
    ============= =========== ================= ================= =================

The same crossings taken as if all had been seen: contact SD 6.0, 3.8, 2.7, 3.5, 10.1 at 25 Hz; 4.5,
6.7, 7.5, 11.1, 15.2 with packets lost; 11-19 at 100 Hz; contact time RMSE of the back 12.0, of the
foot 24 and 33. Contact time is said for 98, 84, 80, 80, 93 % of the steps with packets lost, for
63-80 % at 100 Hz. 50 and 500 Hz, 20 % of single samples lost and a clock 2 % fast are as clean to
0.2 ms (real waist at 50 Hz 3.8, foot 3.2).

Short of twice the clean error: the foot at 25 Hz (2.6 times; one or two samples lie on a slap of 50
ms, and the error drifts with the phase of sampling, so no rhythm averages it out), and with packets
lost 2.1 times (3.8 ms, 1.3 times, for contacts of quality 0.5 and more).
Tried: the whole hole as uncertainty, not its excess (foot at 50 Hz 3.8 ms); a triangle of known
width fitted to the slap (25 Hz, single slaps: 5-13 ms by width, the centroid 5-8, the vertex 6-9).
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
    """A footfall at ``t``; ``strength`` (0..1) says how clearly it stood out.

    ``spread_s``: standard uncertainty of ``t`` for want of samples.
    """

    t: float
    before: StepValues
    strength: float = 1.0
    spread_s: float = 0.0
