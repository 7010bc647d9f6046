"""What the coach does with the way the sound takes: how far ahead it aims, what it says of it."""

from itertools import pairwise

import pytest

from livecoach.coach import Coach, CoachParams
from livecoach.coach.phrases import english
from livecoach.model import Command, Cue, Profile, Sound, Tick

CONSTANT = CoachParams(target="180", beats="constant", horizon_s=0.25)


def beats_of(coach: Coach, ticks: range) -> list[Cue]:
    out = [x for k in ticks for x in coach.update(Tick(0, k / 10))]
    return [x for x in out if isinstance(x, Cue) and x.kind == "beat"]


@pytest.mark.parametrize(("latency_s", "offset_s"), [(0.0, 0.0), (0.1, 0.0), (0.1, 0.2)])
def test_beats_are_handed_over_as_early_as_the_way_to_the_ear_is_long(
    latency_s: float, offset_s: float
) -> None:
    coach = Coach(CONSTANT, Profile())
    coach.update(Sound(0, 0.0, "card", "open", latency_s, offset_s))
    ahead = [beat.t_due - beat.t_decided for beat in beats_of(coach, range(100))]
    assert min(ahead) >= 0.15 + latency_s + offset_s - 1e-9
    assert max(ahead) <= 0.25 + latency_s + offset_s + 1e-9


def test_a_longer_way_doubles_and_drops_no_beat() -> None:
    coach = Coach(CONSTANT, Profile())
    due = [beat.t_due for beat in beats_of(coach, range(50))]
    coach.update(Sound(0, 5.0, "headphones", "back", 0.1, 0.3))
    due += [beat.t_due for beat in beats_of(coach, range(50, 100))]
    assert [b - a for a, b in pairwise(due)] == pytest.approx([1 / 3] * (len(due) - 1))


def test_the_sounds_return_is_said_once_and_no_beat_covers_its_first_syllable() -> None:
    coach = Coach(CONSTANT, Profile())
    due = [beat.t_due for beat in beats_of(coach, range(40))]
    assert coach.update(Sound(0, 4.0, "card", "lost")) == []
    (cue,) = coach.update(Sound(0, 4.0, "card", "back", 0.1, 0.0))
    assert isinstance(cue, Cue)
    assert (cue.kind, cue.phrase) == ("speech", english().sound_is_back[0])
    due += [beat.t_due for beat in beats_of(coach, range(40, 60))]
    assert min(abs(t - cue.t_due) for t in due if t < cue.t_due) >= 0.08 - 1e-9
    assert min(t for t in due if t > cue.t_due) - cue.t_due >= 0.2


def test_a_muted_runner_hears_nothing_of_it() -> None:
    coach = Coach(CONSTANT, Profile())
    coach.update(Command(0, 0.0, "mute", "on"))
    assert coach.update(Sound(0, 4.0, "card", "back", 0.1, 0.0)) == []
