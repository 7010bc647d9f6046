"""Small recordings made here, so that a clone without the real ones tests the whole way too."""

from pathlib import Path

import numpy as np

from livecoach.simulation import RunnerParams, SimulatedRunner
from livecoach.wire import recording


def imu_file(folder: Path, seconds: float = 30.0, name: str = "made") -> Path:
    """Write a simulated chest recording (marked as simulated) and return its path."""
    runner = SimulatedRunner(RunnerParams(), np.random.default_rng(5))
    rows = [recording.imu_row(runner.update()).decode() for _ in range(int(seconds * 100))]
    path = folder / f"{name}.imu.csv"
    path.write_text("\n".join([",".join(recording.IMU_COLUMNS), *rows]) + "\n")
    path.with_suffix(".toml").write_text(
        'mount = "chest"\nrate_hz = 100.0\nspeed_mps = 3.0\nheight_m = 1.75\nkind = "simulated"\n'
    )
    return path


def pod_file(folder: Path, seconds: int = 60) -> Path:
    """Write a capture of a per-leg pod at 170 steps/min and return its path."""
    rows = [
        f"{k + 0.05:.2f},pod,2A53,04{int((3 + k % 3 / 50) * 256).to_bytes(2, 'little').hex()}55"
        for k in range(seconds)
    ]
    path = folder / "made.ble.csv"
    path.write_text("\n".join(["t,device,characteristic,hex", *rows]) + "\n")
    return path
