"""One step from what several sensors said of it: the better source for each value.

- Contact time: back, chest, the foot's own sensor, waist, the first that knows it; the later ones
  less their usual difference from the earlier, so that the two legs differ only as the runner does.
  Published: foot bias below 12 +- 10 ms, precision 4 ms (Falbriard et al. 2018,
  doi:10.3389/fphys.2018.00610); sacrum RMSE 20 ms (Patoz et al. 2022, doi:10.3390/s22030784). For
  chest and back nothing is: they come first on the word of one virtual runner (3 and 4 ms, his feet
  10 and 4), and because the half sine behind them fits the upper trunk better than the pelvis
  (`livecoach.gait.stance`).
- Everything else: waist, back, chest, foot, the first that knows it. The waist sits nearest the
  centre of mass (bounce from the sacrum: 2 mm bias, Asgari and Heller 2025; the virtual runner's
  back has 7, his waist 13, his chest 24 mm RMSE); what only some sensors know (speed loss: chest
  and back; angles: foot) has no rival. Speed is remembered for 2 s.
- Flight time and expected braking follow from the step's own step and contact time.
"""

from typing import Final

from msgspec.structs import replace

from livecoach.gait.member import Footfall
from livecoach.model import Contact, Step

ANYONES: Final = (
    "vertical_oscillation_m",
    "speed_loss_mps",
    "propulsion_mps",
    "pelvis_swing_mps",
    "landing_angle_deg",
    "toe_off_pitch_deg",
    "swing_pitch_deg",
    "trunk_lean_deg",
    "turn_deg",
    "speed_mps",
)
"""Values that are the first sensor's that knows them."""


class Merger:
    """Footfalls in order in, a step each out."""

    def __init__(self, remember_s: float) -> None:
        self._remember_s = remember_s
        self._speed: tuple[float, float] | None = None

    def update(
        self, footfall: Footfall, after: Contact, period_s: float, now: float
    ) -> Step | None:
        """Return the step from this footfall to the next, None where no sensor saw one."""
        said = [footfall.steps[m] for m in sorted(footfall.steps, key=lambda m: m.value_order)]
        if not said:
            return None
        contact = footfall.contact
        step_time = after.t - contact.t
        if step_time > 1.5 * period_s:
            step_time = said[0].step_time_s
        values = {name: _first(said, name) for name in ANYONES}
        speed = values["speed_mps"] = self._speed_at(contact.t, values["speed_mps"])
        stay = _contact_time(footfall)
        return replace(
            said[0],
            **values
            | {
                "t": contact.t,
                "t_known": now,
                "foot": contact.foot or next((x.foot for x in said if x.foot), None),
                "step_time_s": step_time,
                "stride_time_s": None,
                "contact_time_s": stay,
                "flight_time_s": None if stay is None else step_time - stay,
                "step_length_m": None if speed is None else speed * step_time,
                "expected_braking_mps": None if stay is None else _braking(said, stay * step_time),
                "quality": min(contact.quality, after.quality),
            },
        )

    def _speed_at(self, t: float, known_mps: float | None) -> float | None:
        if known_mps is not None:
            self._speed = (t, known_mps)
        elif self._speed is not None and abs(t - self._speed[0]) <= self._remember_s:
            return self._speed[1]
        return known_mps


def _first(said: list[Step], name: str) -> float | None:
    return next((x for step in said if (x := getattr(step, name)) is not None), None)


def _contact_time(footfall: Footfall) -> float | None:
    for member in sorted(footfall.steps, key=lambda m: m.stay_order):
        known = footfall.steps[member].contact_time_s
        if known is not None:
            return known - member.stay.of(footfall.leg)
    return None


def _braking(said: list[Step], area_s2: float) -> float | None:
    """Return the expected braking, which goes with step time x contact time."""
    for one in said:
        if one.expected_braking_mps is not None and one.contact_time_s:
            return one.expected_braking_mps * area_s2 / (one.contact_time_s * one.step_time_s)
    return None
