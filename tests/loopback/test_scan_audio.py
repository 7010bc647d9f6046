"""``scan --audio`` names what ``--audio`` takes."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.commandline import command
from tests.loopback.audio_rig import pulse_rig, rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig


def test_outputs_are_listed_and_a_wrong_name_gives_the_list(tmp_path: Path) -> None:
    require_rig(rig_present(), "pulseaudio, pulseaudio-utils, libasound2-plugins, libportaudio2")

    def ask(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*words), env=rig.env, check=False, capture_output=True, text=True, timeout=60
        )

    with pulse_rig(tmp_path) as rig:
        found = json.loads(ask("scan", "--audio", "--json").stdout)["outputs"]
        table = ask("scan", "--audio").stdout
        wrong = ask("run", "--source", "sim:", "--audio", "Bluetooth", "--seconds", "1")
    (default,) = [output for output in found if output["default"]]
    assert default["rate_hz"] == 48_000
    assert 0.0 <= default["latency_s"] < 1.0
    for output in found:
        assert output["name"] in table
        assert output["name"] in wrong.stderr
    assert wrong.returncode == 1
    assert "'Bluetooth' is not a stereo output; there is: " in wrong.stderr
