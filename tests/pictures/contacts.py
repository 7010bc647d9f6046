"""Plot recordings with found and true contacts: ``python -m tests.pictures.contacts OUT FILES``.

Needs matplotlib (``pip install matplotlib``); the plots are for looking at, not kept.
"""

import csv
import importlib
import sys
from pathlib import Path
from typing import Any

from livecoach.gait import SensorTracker
from livecoach.model import Contact, ImuSample, SensorInfo
from livecoach.wire import recording

FROM_S, SHOWN_S = 2.0, 6.0
SIGNALS = (("acc_x", "acc_y", "acc_z"), ("gyr_x", "gyr_y", "gyr_z"))


def read(path: Path) -> tuple[SensorInfo, list[ImuSample]]:
    """Return a recording's description and the samples that can be read."""
    lines = path.read_bytes().splitlines()
    columns = recording.header(lines[0], "imu")
    info = recording.imu_info(path.with_suffix(".toml").read_text(encoding="utf-8"), path.name)
    rows = recording.ImuRows(SensorInfo(name=path.name, kind="imu", columns=columns))
    return info, [rows.update(line) for line in lines[1:]]


def truth(path: Path) -> list[float]:
    """Return the true contacts beside a recording, if there are any."""
    beside = path.with_name(path.name.replace(".imu.csv", ".truth.csv"))
    if not beside.exists():
        return []
    with beside.open() as file:
        return [float(row["t_contact_s"]) for row in csv.DictReader(file)]


def plot(path: Path, out: Path) -> None:
    """Draw six seconds of a recording."""
    importlib.import_module("matplotlib").use("Agg")
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    info, samples = read(path)
    tracker = SensorTracker(info)
    found = [e for s in samples for e in tracker.update(s) if isinstance(e, Contact)]
    start = samples[0].t + FROM_S
    shown = [s for s in samples if start <= s.t <= start + SHOWN_S]
    figure, both = pyplot.subplots(2, 1, figsize=(14, 7), sharex=True)
    for axes, names in zip(both, SIGNALS, strict=True):
        for name in names:
            values = [getattr(s, name) for s in shown]
            if values[0] is not None:
                axes.plot([s.t for s in shown], values, lw=0.8, label=name)
        for t in truth(path):
            axes.axvline(t, color="green", ls="--", lw=1.0)
        for event in found:
            axes.axvline(event.t, color="red", lw=1.0, alpha=0.3 + 0.7 * event.quality)
        axes.set_xlim(start, start + SHOWN_S)
        axes.legend(*axes.get_legend_handles_labels(), loc="upper right", fontsize="small")
    both[0].set_title(f"{path.name} ({info.data_kind}): green dashed = true, red = found")
    both[0].set_ylabel("m/s²")
    both[1].set_ylabel("rad/s")
    figure.tight_layout()
    figure.savefig(out / f"{path.name}.png", dpi=80)
    pyplot.close(figure)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for argument in sys.argv[2:]:
        plot(Path(argument), folder)
