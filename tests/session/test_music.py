"""A whole run with music, as a user starts it."""

import json
from pathlib import Path

import pytest

from tests.commandline import livecoach
from tests.session.recordings import pod_file
from tests.session.test_run import onsets, sound
from tests.sound.songs import save, song

pytest.importorskip("python_stretch", reason="it has no wheel for Linux on ARM")


@pytest.mark.parametrize("there", [True, False])
def test_a_session_with_music_or_with_music_that_is_missing(tmp_path: Path, there: bool) -> None:
    """Music fills the silence between beats; without its file one line says so, and all goes on."""
    path = tmp_path / "song.flac"
    if there:
        save(path, song(90.0), 44_100)
    config = tmp_path / "music.toml"
    config.write_text(f'[audio]\nmusic = "{path}"\nspeech = false\n')
    result = livecoach(
        "run",
        config,
        *("--source", f"file:{pod_file(tmp_path, 20)}", "--target", "180", "--beats", "constant"),
        *("--pace", "max", "--json", "--audio", tmp_path / "out.wav", "--session", tmp_path / "s"),
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["beats"] > 50
    lines = [line for line in result.stderr.splitlines() if "usic" in line]
    frames, _ = sound(tmp_path / "out.wav")
    if there:
        # An octave up or down is as good: it is folded to the steps.
        assert lines in (
            ["Music: song.flac, 90.0 beats/min."],
            ["Music: song.flac, 180.0 beats/min."],
        )
        assert len(onsets(frames)) <= 2
    else:
        assert lines == [f"No music: {path}: no such file"]
        assert len(onsets(frames)) > 50
