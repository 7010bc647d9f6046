"""What the estimators make of simulated runners, and that the trials can be written."""

import tomllib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from livecoach.gait import SensorTracker
from livecoach.model import Contact, Step
from livecoach.wire import recording
from tests.simulation import trials
from tests.simulation.recorded import runner


@pytest.mark.parametrize("mount", ["waist", "chest", "back"])
@pytest.mark.parametrize(
    ("speed", "rate", "hz"), [(2.5, 158, 100), (3.0, 164, 100), (4.0, 180, 200), (4.5, 185, 50)]
)
def test_every_step_of_a_clean_run_is_found_and_no_other(
    mount: str, speed: float, rate: float, hz: float
) -> None:
    someone = runner(mount=mount, speed_mps=speed, step_rate_spm=rate, rate_hz=hz)
    tracker = SensorTracker(someone.info)
    events = [e for s in someone.record(40)[0] for e in tracker.update(s)]
    found = [e.t for e in events if isinstance(e, Contact) and 2 < e.t < 38]
    true = np.array([row.t_contact_s for row in someone.truth()])
    near = [int(np.argmin(np.abs(true - t))) for t in found]
    assert all(b == a + 1 for a, b in pairwise(near))
    assert np.abs(true[near] - found).max() < 0.05


def test_the_lean_is_found() -> None:
    someone = runner(lean_deg=8.0)
    tracker = SensorTracker(someone.info)
    events = [e for s in someone.record(40)[0] for e in tracker.update(s)]
    leans = [e.trunk_lean_deg for e in events if isinstance(e, Step) and e.t > 20]
    assert all(lean == pytest.approx(8.0, abs=1.5) for lean in leans)


def test_trials_are_recordings_with_truth(tmp_path: Path) -> None:
    files = trials.write(tmp_path, 6.0)
    assert len(files) == 15
    for path in files:
        said = path.with_suffix(".toml").read_text()
        assert tomllib.loads(said)["kind"] == "simulated"
        info = recording.imu_info(said, path.name)
        assert info.data_kind == "simulated"
        truth = path.with_name(path.name.replace(".imu.csv", ".truth.csv")).read_text()
        assert truth.startswith("t_contact_s,t_toe_off_s,foot,braking_mps,propulsion_mps,")
        assert len(truth.splitlines()) > 13
