"""Where sound goes when it cannot go where it should."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from livecoach.errors import AudioError
from livecoach.sinks.audio import open_audio
from livecoach.sinks.audio.callback import CallbackBackend
from livecoach.sinks.audio.keeper import Keeper
from livecoach.sinks.audio.null import NullBackend
from livecoach.sinks.audio.portaudio import find_device, quiet_stderr
from livecoach.sinks.audio.wav import WavBackend


class _PortAudioError(Exception):
    pass


def _library(*names: str) -> ModuleType:
    """Return a PortAudio whose outputs have these names; the first is the default."""
    infos = [
        {"name": n, "max_output_channels": 2, "default_samplerate": 44_100.0} for n in names
    ] + [{"name": "microphone", "max_output_channels": 0, "default_samplerate": 44_100.0}]

    def query_devices(kind: str | None = None) -> object:
        if kind and not names:
            raise _PortAudioError("Error querying device -1")
        return infos[0] if kind else infos

    def check_output_settings(device: int | None, **settings: object) -> None:
        if device == 1 and settings["samplerate"] == 48_000:
            raise _PortAudioError("Invalid sample rate")

    library = ModuleType("sounddevice")
    library.__dict__.update(
        PortAudioError=_PortAudioError,
        query_devices=query_devices,
        check_output_settings=check_output_settings,
    )
    return library


def _import_as(monkeypatch: pytest.MonkeyPatch, outcome: object) -> None:
    def import_module(name: str) -> object:
        assert name == "sounddevice"
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr("livecoach.sinks.audio.open.import_module", import_module)


def test_importing_the_sinks_does_not_load_portaudio() -> None:
    rooms = "livecoach.sinks.audio, livecoach.sinks.speaker"
    code = f"import sys, {rooms}; print('sounddevice' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert out.stdout == "False\n"


def test_null_and_wav_are_taken_at_their_word(tmp_path: Path) -> None:
    said: list[str] = []
    assert isinstance(open_audio("null", time.monotonic, None, said.append), NullBackend)
    backend = open_audio(str(tmp_path / "a" / "x.WAV"), time.monotonic, None, said.append)
    assert isinstance(backend, WavBackend)
    backend.close()
    assert (tmp_path / "a" / "x.WAV").stat().st_size == 44
    assert said == []


def test_without_the_library_the_wav_takes_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _import_as(monkeypatch, OSError("PortAudio library not found"))
    said: list[str] = []
    backend = open_audio("default", time.monotonic, tmp_path / "run.wav", said.append)
    backend.close()
    assert isinstance(backend, WavBackend)
    assert len(said) == 1
    assert str(tmp_path / "run.wav") in said[0]
    assert "apt install libportaudio2" in said[0]


def test_without_library_and_file_there_is_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    _import_as(monkeypatch, OSError("PortAudio library not found"))
    said: list[str] = []
    assert isinstance(open_audio("default", time.monotonic, None, said.append), NullBackend)
    assert said[0].startswith("No sound: ")


def test_without_a_device_the_wav_takes_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _import_as(monkeypatch, _library())
    said: list[str] = []
    backend = open_audio("default", time.monotonic, tmp_path / "run.wav", said.append)
    backend.close()
    assert isinstance(backend, Keeper)
    assert isinstance(backend.current, WavBackend)
    assert len(said) == 1
    assert "no audio output device" in said[0]


@pytest.mark.skipif(
    Path("/dev/snd").exists() or sys.platform != "linux", reason="this machine has a sound card"
)
def test_on_a_machine_without_a_card_the_real_library_falls_back_quietly(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from livecoach.sinks.audio import open_audio\n"
        "b = open_audio('default', time.monotonic, Path(sys.argv[1]), print)\n"
        "b.close(); print(type(b.current).__name__)"
    )
    env = {**os.environ, "PULSE_SERVER": "unix:/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "x.wav")],
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == "WavBackend"
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == ""


def test_a_device_is_found_by_name_or_part_of_it() -> None:
    library = _library("HDA Analog", "USB Headphones", "USB")
    assert find_device(library, "default").index is None
    assert find_device(library, "head").name == "USB Headphones"
    assert find_device(library, "usb").index == 2
    assert find_device(library, "hda").rate_hz == 48_000
    assert find_device(library, "headphones").rate_hz == 44_100


@pytest.mark.parametrize("wanted", ["Bluetooth", "microphone", "a"])
def test_a_wrong_name_lists_what_there_is(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _import_as(monkeypatch, _library("HDA Analog", "USB Headphones"))
    with pytest.raises(AudioError, match="there is: HDA Analog, USB Headphones"):
        open_audio(wanted, time.monotonic, None, lambda _: None)


def test_standard_error_comes_back(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with quiet_stderr():
            os.write(2, b"noise of a C library\n")
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_rtmixer_missing_leads_to_the_callback(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _library("HDA Analog")
    streams: list[dict[str, object]] = []

    class Stream:
        latency = 0.2

        def __init__(self, **settings: object) -> None:
            streams.append(settings)

        def start(self) -> None:
            streams[-1]["started"] = True

    library.__dict__["OutputStream"] = Stream

    def import_module(name: str) -> object:
        if name == "rtmixer":
            raise ImportError(name)
        return library

    for room in ("open", "rtmixer_backend", "callback"):
        monkeypatch.setattr(f"livecoach.sinks.audio.{room}.import_module", import_module)
    backend = open_audio("default", time.monotonic, None, lambda _: None)
    assert isinstance(backend, Keeper)
    assert isinstance(backend.current, CallbackBackend)
    assert streams[0]["started"]
    assert streams[0]["latency"] == 0.2
