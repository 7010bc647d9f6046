"""``sim:`` as a source: strict about what it is told."""

import itertools

import pytest

from livecoach.errors import ConfigError
from livecoach.model import Link, Payload
from livecoach.sources.simulator import SimulatorDoor


def test_the_query_describes_runner_and_sensor() -> None:
    door = SimulatorDoor("mount=waist&rate_hz=50&speed_mps=3.5&follows=false&lean_deg=5", 1)
    assert (door.info.mount, door.info.rate_hz, door.info.speed_mps) == ("waist", 50.0, 3.5)
    link, *rows = itertools.islice(door.inputs(), 51)
    assert isinstance(link, Link)
    assert [row.t for row in rows] == pytest.approx([k / 50 for k in range(50)])


def test_rows_come_when_they_are_stamped_and_lost_packets_not_at_all() -> None:
    door = SimulatorDoor("batch_samples=10&loss_ratio=0.3&clock_ppm=20000", 1)
    rows = [x for x in itertools.islice(door.inputs(), 201) if isinstance(x, Payload)]
    assert [row.t for row in rows] == pytest.approx(
        [float(row.data.split(b",")[0]) for row in rows]
    )
    assert rows[-1].t > 2.2


@pytest.mark.parametrize("ppm", [0, 20_000, -20_000])
def test_the_runner_hears_beats_by_the_sensors_clock(ppm: float) -> None:
    door = SimulatorDoor(f"clock_ppm={ppm}&variation_ratio=0", 1)
    inputs, beat = door.inputs(), 0.0
    for x in inputs:
        while beat <= x.t:
            door.hear(beat)
            beat += 60.0 / 172.0
        if x.t > 60.0:
            break
    step_s = door._runner.step.step_time_s * (1.0 + 1e-6 * ppm)
    assert 60.0 / step_s == pytest.approx(172.0, abs=1.5)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("speed=3", "unknown field `speed`"),
        ("mount=hip", "hip"),
        ("rate_hz=5", "25"),
        ("speed_mps=fast", "float"),
        ("speed_mps=nan", "speed_mps"),
        ("asynchrony_s=nan", "asynchrony_s"),
        ("speed_mps=3&speed_mps=4", "twice"),
        ("speed_mps", "speed_mps"),
    ],
)
def test_a_wrong_query_is_one_clear_line(query: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason) as caught:
        SimulatorDoor(query, 1)
    assert "\n" not in str(caught.value)
