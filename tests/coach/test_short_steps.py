"""Steps that have become too short to push with: both signs at once, never more beats."""

import msgspec
import pytest

from livecoach.coach.phrases import english
from livecoach.model import Step
from tests.coach.test_faults import after, run, spread, step


def shuffled(length_ratio: float, duty_ratio: float) -> list[Step]:
    """Return steps at the same rate and speed sensor that get shorter and stay down longer."""
    steps = []
    for k in range(after(130.0)):
        late, usual = k >= after(80.0), step(k, contact_time_s=0.25 * spread(k))
        length, contact = usual.step_length_m or 0.0, usual.contact_time_s or 0.0
        changed = {"step_length_m": length * length_ratio, "contact_time_s": contact * duty_ratio}
        steps.append(msgspec.structs.replace(usual, **changed) if late else usual)
    return steps


def test_steps_too_short_to_push_with_are_lengthened_at_the_same_beat() -> None:
    (cue,) = run(shuffled(0.94, 1.1))
    assert 88.0 <= cue.t_decided <= 100.0
    assert cue.phrase in english().short
    assert "duty factor 8 % above your own 0.341" in cue.reason
    assert "step length 6 % below your own 1.098 m at 3.0 m/s" in cue.reason


@pytest.mark.parametrize(("length", "duty"), [(0.94, 1.0), (1.0, 1.1), (1.05, 1.1), (0.94, 0.9)])
def test_short_steps_alone_or_long_contacts_alone_are_no_fault(length: float, duty: float) -> None:
    assert run(shuffled(length, duty)) == []
