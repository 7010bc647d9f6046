"""``livecoach export`` and ``import`` as their users start them."""

import json
import os
import stat
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from livecoach.commands.output import write_whole
from livecoach.errors import SinkError, StoreError
from livecoach.store.places import profile_path, sessions_dir
from livecoach.store.profile import ProfileStore
from livecoach.store.reader import SessionFile
from tests.commandline import command, fails_in_one_line, livecoach
from tests.report.fit_readers import fitdecode_rows
from tests.report.sessions import cue, generated, known_at, steps, ticks, write
from tests.session.recordings import imu_file, pod_file


@pytest.fixture
def session(home: Path) -> str:
    """Return the id of a session where sessions are kept."""
    assert home
    write(sessions_dir() / "20260704T050607Z-ab12.db", [*generated(2)])
    return "20260704T050607Z-ab12"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the code, and write into a folder of the test's own."""
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("form", ["fit", "tcx", "csv"])
def test_a_session_is_written_here_under_its_id(form: str, session: str) -> None:
    said = json.loads(livecoach("export", session[:12], f"--{form}", "--json").stdout)
    path = Path(f"{session}.{form}")
    assert said["file"] == str(path)
    assert (said["session_id"], said["format"]) == (session, form)
    assert said["bytes"] == path.stat().st_size
    assert [p.name for p in Path().iterdir() if p.is_file()] == [path.name]
    if form == "csv":
        assert said["records"] == len(path.read_text().splitlines()) - 1
    if form == "fit":
        records = [v for name, v in fitdecode_rows(path.read_bytes()) if name == "record"]
        assert said["records"] == said["seconds"] == len(records)
        assert said["distance_m"] == pytest.approx(records[-1]["distance"], abs=0.01)


def test_it_says_what_was_written_and_in_which_time_zone(
    session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    result = livecoach("export", session, "--fit")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{session}.fit: ")
    assert "began 2026-07-04 07:06 UTC+0200" in result.stdout


def test_an_existing_file_is_replaced_whole_and_keeps_its_permissions(session: str) -> None:
    out = Path("my run.fit")
    out.write_bytes(b"old")
    out.chmod(0o640)
    assert livecoach("export", session, "--fit", "-o", out).returncode == 0
    assert fitdecode_rows(out.read_bytes())
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    new = Path("new.fit")
    assert livecoach("export", session, "--fit", "-o", new).returncode == 0
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(new.stat().st_mode) == 0o666 & ~umask


def test_standard_output_carries_the_file_alone(session: str) -> None:
    line = command("export", session, "--fit", "-o", "-")
    result = subprocess.run(line, capture_output=True, check=True, timeout=60)
    assert fitdecode_rows(result.stdout)
    assert result.stderr == b""


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ((), 2, "one of --fit, --tcx and --csv"),
        (("--fit", "--csv"), 2, "one of --fit, --tcx and --csv"),
        (("--fit", "-o", ""), 2, "name a file"),
        (("--fit", "-o", "-", "--json"), 2, "-o -"),
        (("--fit", "-o", "none/x.fit"), 1, "cannot be written"),
        (("--fit", "-o", "."), 1, "cannot be written"),
        (("--fit", "-o", "/dev/full"), 1, "cannot be written"),
    ],
)
def test_mistakes_are_one_line(
    options: tuple[str, ...], code: int, words: str, session: str
) -> None:
    assert words in fails_in_one_line(livecoach("export", session, *options), code)
    assert not [p for p in Path().iterdir() if p.is_file()]


def test_the_session_itself_is_never_the_output(session: str) -> None:
    path = sessions_dir() / f"{session}.db"
    before = path.read_bytes()
    result = livecoach("export", session, "--fit", "-o", path)
    assert "the session itself" in fails_in_one_line(result, 2)
    assert path.read_bytes() == before


def test_an_unknown_or_empty_session_names_itself() -> None:
    assert "livecoach sessions" in fails_in_one_line(livecoach("export", "2099", "--fit"), 1)
    path = write(Path("x.db").absolute(), ticks(10))
    line = fails_in_one_line(livecoach("export", path, "--fit"), 1)
    assert "nothing was measured" in line
    assert str(path) in line


@pytest.mark.parametrize("kind", ["imu", "pod"])
def test_the_table_is_the_one_that_analyze_makes(kind: str, tmp_path: Path) -> None:
    recording = imu_file(tmp_path, 20.0) if kind == "imu" else pod_file(tmp_path)
    shifted = recording.read_text().splitlines()
    rows = [
        f"{float(t) + 7.5:.5f},{rest}" for t, _, rest in (r.partition(",") for r in shifted[1:])
    ]
    recording.write_text("\n".join([shifted[0], *rows]) + "\n")
    run = ("run", "--source", f"file:{recording}", "--pace", "max", "--audio", "null", "--json")
    path = json.loads(livecoach(*run).stdout)["file"]
    assert livecoach("export", path, "--csv", "-o", "ours.csv").returncode == 0
    assert livecoach("analyze", recording, "-o", "theirs.csv").returncode == 0
    assert Path("ours.csv").read_text() == Path("theirs.csv").read_text()
    assert len(Path("ours.csv").read_text().splitlines()) > 30


def test_ids_are_completed(session: str) -> None:
    write(sessions_dir() / "20250101T000000Z-cd34.db", ticks(3))
    for name in ("export", "replay"):
        words = {"COMP_WORDS": f"livecoach {name} 2026", "COMP_CWORD": "2"}
        result = subprocess.run(
            command(),
            env={**os.environ, "_LIVECOACH_COMPLETE": "bash_complete", **words},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert session in result.stdout
        assert "20250101" not in result.stdout


def test_an_exported_run_is_imported_as_ones_own_rate() -> None:
    path = write(Path("x.db").absolute(), [*steps(0, 200, speed_mps=3.0, stride_time_s=0.72)])
    assert livecoach("export", path, "--fit", "-o", "x.fit").returncode == 0
    said = json.loads(livecoach("import", "x.fit", "--runner", "Zoë", "--json").stdout)
    (known,) = said["baselines"]
    assert known["baseline"]["step_rate_spm"] == pytest.approx(120 / 0.72, abs=1 / 64)
    (kept,) = ProfileStore(profile_path()).load("Zoë").baselines
    assert (kept.step_rate_spm, kept.speed_mps) == pytest.approx((120 / 0.72, 3.0), abs=1 / 64)
    again = livecoach("import", "x.fit", "--runner", "Zoë")
    assert "10.8 km/h: 166.7 steps/min (was 166.7), over" in again.stdout
    assert "Used from now on in the runs of Zoë." in again.stdout


def test_what_came_after_the_first_cue_is_not_ones_own_rate() -> None:
    before = steps(0, 120, speed_mps=3.0, stride_time_s=0.72)
    after = steps(120, 400, speed_mps=3.0, stride_time_s=0.68)
    events = sorted([*before, *after, *cue(1, 120.0, "speech", "Quicker.")], key=known_at)
    path = write(Path("x.db").absolute(), [*events])
    assert livecoach("export", path, "--fit", "-o", "x.fit").returncode == 0
    result = livecoach("import", "x.fit")
    assert "Only the 119 s before its first cue were used." in result.stdout
    (kept,) = ProfileStore(profile_path()).load("runner").baselines
    assert kept.step_rate_spm == pytest.approx(120 / 0.72, abs=1 / 64)


def test_what_teaches_nothing_leaves_the_profile_as_it_was() -> None:
    path = write(Path("x.db").absolute(), [*steps(0, 50, speed_mps=3.0)])
    assert livecoach("export", path, "--fit", "-o", "x.fit").returncode == 0
    line = fails_in_one_line(livecoach("import", "x.fit"), 1)
    assert "no 60 s of steady running" in line
    assert not profile_path().exists()
    assert "not a FIT file" in fails_in_one_line(livecoach("import", path), 1)
    assert "no such file" in fails_in_one_line(livecoach("import", "none.fit"), 1)


def test_a_run_that_was_killed_is_exported() -> None:
    run = command("run", "--source", "sim:?speed_mps=3.0", "--audio", "null", "--session", "runs")
    with subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline_s = time.monotonic() + 60
            while _stored_steps() < 10:
                assert time.monotonic() < deadline_s
                time.sleep(0.5)
        finally:
            process.kill()
    (path,) = Path("runs").glob("*.db")
    said = json.loads(livecoach("export", path, "--fit", "--json").stdout)
    records = [v for k, v in fitdecode_rows(Path(said["file"]).read_bytes()) if k == "record"]
    assert len(records) == said["seconds"] >= 3
    assert records[-1]["enhanced_speed"] == 3.0


def _stored_steps() -> int:
    """Return how many steps of a run that is going on are on the disk."""
    for path in Path("runs").glob("*.db"):
        with suppress(StoreError), SessionFile(path) as session:
            return session.counts().get("step", 0)
    return 0


def test_a_write_that_fails_leaves_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = Path("x.fit")
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SinkError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(Path().iterdir()) == [path]


def test_a_link_is_written_through() -> None:
    Path("real.fit").write_bytes(b"old")
    Path("link.fit").symlink_to("real.fit")
    write_whole(Path("link.fit"), b"new")
    assert Path("real.fit").read_bytes() == b"new"
    assert Path("link.fit").is_symlink()
