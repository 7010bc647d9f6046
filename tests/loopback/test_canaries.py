"""What we rely on in the installed sounddevice and rtmixer, beyond their documentation."""

import subprocess
import sys

import pytest

from tests.loopback.audio_rig import rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig

_SOUNDDEVICE = """
import sounddevice as sd
before = len(sd.query_devices())
sd._terminate()
try:
    sd.query_devices()
except sd.PortAudioError:
    pass
else:
    raise SystemExit("devices without PortAudio")
sd._initialize()
assert len(sd.query_devices()) == before
"""

_RTMIXER = """
import inspect, rtmixer
from _rtmixer import ffi
play = list(inspect.signature(rtmixer.Mixer.play_buffer).parameters)
assert play == ["self", "buffer", "channels", "start", "allow_belated"], play
assert {"cancel", "fetch_and_reset_stats", "actions"} <= set(dir(rtmixer.Mixer))
fields = {name for name, _ in ffi.typeof("struct action").fields}
assert {"actual_time", "requested_time"} <= fields, fields
action = ffi.new("struct action*")
assert action.done_frames == 0 and action.stats.output_underflows == 0
"""


@pytest.mark.parametrize("code", [_SOUNDDEVICE, _RTMIXER], ids=["sounddevice", "rtmixer"])
def test_the_installed_version_still_has_it(code: str) -> None:
    require_rig(rig_present(), "libportaudio2")
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
