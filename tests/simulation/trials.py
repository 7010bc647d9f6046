"""Write simulated trials with truth: ``python -m tests.simulation.trials FOLDER``.

Each is ``<name>.imu.csv``, ``.imu.toml`` (``kind = "simulated"``) and ``.truth.csv`` as recordings
have them, so that the scorer of recordings scores them, apart from real ones. The same every time.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from livecoach.model import ImuSample, SensorInfo
from livecoach.simulation import RunnerParams, SensorParams, SimulatedRunner, Truth
from livecoach.wire import recording

SECONDS = 60.0
FEET = (SensorParams(mount="foot_left", rate_hz=200), SensorParams(mount="foot_right", rate_hz=200))
TRIALS: dict[str, tuple[RunnerParams, Sequence[SensorParams]]] = {
    "sim_waist_2.5_200": (RunnerParams(mount="waist", speed_mps=2.5, rate_hz=200), ()),
    "sim_waist_3.0_100": (RunnerParams(mount="waist"), ()),
    "sim_waist_3.5_50_forefoot": (
        RunnerParams(mount="waist", speed_mps=3.5, step_rate_spm=172, rate_hz=50, impact_g=0.0),
        (),
    ),
    "sim_waist_4.5_100_seat": (
        RunnerParams(
            mount="waist", speed_mps=4.5, step_rate_spm=185, mount_yaw_deg=20, mount_pitch_deg=15
        ),
        (),
    ),
    "sim_chest_2.5_50": (RunnerParams(speed_mps=2.5, step_rate_spm=158, rate_hz=50), ()),
    "sim_chest_3.0_100": (RunnerParams(), FEET),
    "sim_chest_3.0_100_lean8": (RunnerParams(lean_deg=8.0), ()),
    "sim_chest_3.0_100_overstride": (RunnerParams(overstride_ratio=1.5), ()),
    "sim_chest_4.0_200_forefoot": (
        RunnerParams(speed_mps=4.0, step_rate_spm=180, rate_hz=200, impact_g=0.0),
        (),
    ),
    "sim_chest_3.5_100_radio": (
        RunnerParams(
            speed_mps=3.5, gyr_bias_dps=2.0, loss_ratio=0.03, batch_samples=4, asymmetry_ratio=0.04
        ),
        (),
    ),
    "sim_back_3.5_100": (RunnerParams(mount="back", speed_mps=3.5, step_rate_spm=170), ()),
    "sim_back_3.0_100_uphill": (RunnerParams(mount="back", incline_percent=8.0), ()),
    "sim_foot_4.0_200_overstride": (
        RunnerParams(
            mount="foot_left", speed_mps=4.0, step_rate_spm=176, rate_hz=200, overstride_ratio=1.5
        ),
        (),
    ),
}


def write(folder: Path, seconds: float = SECONDS) -> list[Path]:
    """Write all trials; return their IMU files."""
    folder.mkdir(parents=True, exist_ok=True)
    out: list[Path] = []
    for seed, (name, (params, also)) in enumerate(TRIALS.items()):
        runner = SimulatedRunner(params, np.random.default_rng(seed), also)
        for sensor, samples in zip(runner.sensors, runner.record(seconds), strict=True):
            mount = sensor.info.mount
            full = name if mount == params.mount else f"{name}_{mount}"
            out.append(folder / f"{full}.imu.csv")
            _imu(out[-1], sensor.info, samples)
            _truth(folder / f"{full}.truth.csv", runner.truth())
    return out


def _imu(path: Path, info: SensorInfo, samples: Sequence[ImuSample]) -> None:
    rows = [recording.imu_row(s).decode() for s in samples]
    path.write_text("\n".join([",".join(recording.IMU_COLUMNS), *rows]) + "\n")
    said = {
        name: getattr(info, name)
        for name in ("mount", "forward", "left", "up", "rate_hz", "speed_mps", "height_m")
    }
    said |= {"incline_percent": info.incline_percent, "kind": info.data_kind}
    said["source"] = "livecoach.simulation, no recording"
    # numbers and plain text look alike in JSON and TOML
    lines = [f"{key} = {json.dumps(value)}" for key, value in said.items()]
    path.with_suffix(".toml").write_text("\n".join(lines) + "\n")


def _truth(path: Path, rows: Sequence[Truth]) -> None:
    lines = [",".join(Truth.__struct_fields__)]
    for row in rows:
        cells = msgspec.structs.astuple(row)
        lines.append(",".join(c if isinstance(c, str) else f"{c:.6f}" for c in cells))
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
