"""Several sensors of one run."""

from pathlib import Path

import pytest

from livecoach.gait import Gait, GaitEvent
from livecoach.model import ImuSample
from tests.gait.recordings import contacts, f1, read, recordings, steps, true_contacts


def together(paths: list[Path], *, silent_after: float | None = None) -> list[GaitEvent]:
    """Return the events of recordings on one clock; the last one may fall silent."""
    gait = Gait()
    rows: list[tuple[float, str, ImuSample]] = []
    for path in paths:
        info, samples = read(path)
        gait.add(path.name, info)
        last = path == paths[-1] and silent_after is not None
        rows += [(s.t, path.name, s) for s in samples if not last or s.t < (silent_after or 0.0)]
    rows.sort(key=lambda row: row[:2])
    return [event for _, name, sample in rows for event in gait.update(name, sample)]


@pytest.mark.parametrize(
    "sites", [("foot_left", "foot_right"), ("chest", "foot_left"), ("waist", "foot_right")]
)
def test_together_they_find_each_footfall_once_with_its_foot(
    data_dir: Path, sites: tuple[str, str]
) -> None:
    paths = [recordings(data_dir, f"davis/*_{site}")[0] for site in sites]
    events = together(paths)
    true = true_contacts(paths[0])
    assert f1([c.t for c in contacts(events)], true, true[0] + 1.5, true[-1] - 0.5) == 1.0
    left = true_contacts(paths[0], "left")
    for contact in contacts(events)[6:]:
        near_left = any(abs(contact.t - t) < 0.12 for t in left)
        assert contact.foot == ("left" if near_left else "right")
    known = [e.t_known for e in events]
    assert known == sorted(known)


def test_trunk_and_foot_complete_each_other(data_dir: Path) -> None:
    paths = [recordings(data_dir, f"davis/*_{site}")[0] for site in ("chest", "foot_left")]
    found = [s for s in steps(together(paths)) if s.t > 2.0 and s.foot == "left"]
    assert len(found) > 8
    both = [s for s in found if s.landing_angle_deg is not None]
    assert len(both) >= len(found) - 2
    assert all(s.vertical_oscillation_m is not None for s in both)
    assert all(0.3 < s.step_time_s < 0.4 for s in found)


def test_a_lost_sensor_leaves_the_other_one_running(data_dir: Path) -> None:
    paths = [recordings(data_dir, f"davis/*_foot_{side}")[0] for side in ("left", "right")]
    events = together(paths, silent_after=5.0)
    late = [c for c in contacts(events) if c.t > 5.5]
    assert {c.foot for c in late} == {"left"}
    true = [t for t in true_contacts(paths[0], "left") if 5.5 < t < 9.0]
    assert sum(c.t < 9.0 for c in late) == pytest.approx(len(true), abs=1)
    assert all(0.3 < s.step_time_s < 0.4 for s in steps(events) if s.t > 6.5)
