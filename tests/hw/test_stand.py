"""Standing still for three seconds gives the mounting."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from livecoach import config
from livecoach.gait.standing import Standing, standing
from livecoach.model import ImuSample
from livecoach.sources.i2c import parse


def stood(up: tuple[float, float, float], noise: float = 0.05, n: int = 300) -> list[ImuSample]:
    rng = np.random.default_rng(1)
    rows = np.array(up) * 9.80665 + noise * rng.standard_normal((n, 3))
    return [
        ImuSample(k / 100, float(x), float(y), float(z), 0.01, 0.0, 0.0)
        for k, (x, y, z) in enumerate(rows)
    ]


@pytest.mark.parametrize(
    ("up", "word"), [((0, 0, 1), "+z"), ((0, -1, 0), "-y"), ((0.94, 0.34, 0), "+x")]
)
def test_the_axis_that_points_up_is_found(up: tuple[float, float, float], word: str) -> None:
    found = standing(stood(up))
    assert isinstance(found, Standing)
    assert found.up == word
    assert found.tilt_deg < 21


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (stood((0, 0, 1), n=10), "only 10 samples"),
        (stood((0, 0, 1), noise=1.0), "you moved"),
        (stood((0, 0, 0.5)), "0.50 g at rest"),
        (stood((0.6, 0.6, 0.53)), "no axis points up"),
    ],
)
def test_what_shows_nothing_says_why(samples: list[ImuSample], words: str) -> None:
    found = standing(samples)
    assert isinstance(found, str)
    assert words in found


RUN = """
import sys
from livecoach.__main__ import main
from livecoach.sources.i2c import chip
from tests.hw.sim_lsm6ds import SimBus, SimChip
sensor = SimChip(motion=lambda t: ((0.0, -1.0, 0.05), (0.0, 0.0, 0.0)))
chip.open_bus = lambda node: SimBus({0x6A: sensor})
main(sys.argv[1:])
"""


def test_it_is_written_into_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "wearable.toml"
    path.write_text('# mine\nsources = ["i2c:1?mount=chest&up=+z&forward=-y"]  # the one\n')
    done = subprocess.run(
        [sys.executable, "-c", RUN, "calibrate", "stand", str(path), "--seconds", "2"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ,
    )
    assert done.returncode == 0, done.stderr
    assert "-y points up (3 degrees off, 1.00 g)" in done.stdout
    (uri,) = config.load(path).sources
    assert uri == "i2c:1?mount=chest&up=-y"  # forward cannot lie along it
    assert parse(uri.removeprefix("i2c:")).up == "-y"
    assert path.read_text().startswith("# mine\n")
    assert path.read_text().endswith("# the one\n")
