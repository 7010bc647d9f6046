"""``livecoach report``: what it says, what it does not claim, and what it refuses."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from livecoach.model import SensorInfo
from livecoach.report import sentences, words
from livecoach.report.gather import earlier, own_way, review
from livecoach.report.page import page
from livecoach.report.review import Review
from livecoach.store.reader import SessionFile
from tests.commandline import command, fails_in_one_line, livecoach
from tests.report import coached

HOSTILE = "<img src=x onerror=alert(1)>\"'&</title><script>alert(2)</script>"
POD = SensorInfo(name="stryd", kind="pod")


def reviewed(path: Path) -> Review:
    with SessionFile(path) as session:
        return review(session, lambda events, _: events)


def test_it_tells_the_parts_apart_and_finds_what_changed(tmp_path: Path) -> None:
    found = reviewed(coached.write(tmp_path / "a.db", coached.events()))
    own = own_way(found, [])
    assert set(found.parts) == {"own", "coached", "alone"}
    assert own is not None
    assert own.section.means["step_rate_spm"].value == pytest.approx(coached.OWN_SPM, abs=0.6)
    by = sentences.coached_changes(found, own)
    gain = coached.COACHED_SPM - coached.OWN_SPM
    assert by["step_rate_spm"].value == pytest.approx(gain, abs=by["step_rate_spm"].margin)
    assert by["contact_time_s"].value == pytest.approx(-0.01, abs=0.001)
    assert words.clear("vertical_oscillation_m", by["vertical_oscillation_m"])
    assert not words.clear("speed_mps", by["speed_mps"])
    kept = sentences.kept_gain(found, own)
    assert kept is not None
    assert kept.margin is not None
    want = 0.4 * gain / (coached.TARGET_SPM - coached.OWN_SPM)
    assert kept.value == pytest.approx(want, abs=kept.margin)


def test_three_sentences_each_with_a_number_and_its_uncertainty(tmp_path: Path) -> None:
    found = reviewed(coached.write(tmp_path / "a.db", coached.events()))
    said = sentences.sentences(found, own_way(found, []))
    for sentence in said:
        assert re.search(r"\d\s±\s\d", sentence), sentence
        assert not re.search(r"injur|health|risk|safe", sentence)
    assert said[0].startswith("Your steps got quicker with cues")
    assert "kept" in said[2]


def test_what_a_foot_pod_cannot_know_is_unknown_and_never_zero(tmp_path: Path) -> None:
    found = reviewed(coached.write(tmp_path / "a.db", coached.pod_events(), info=POD, target=""))
    assert set(found.whole.means) == {"step_rate_spm", "speed_mps"}
    said = sentences.sentences(found, own_way(found, []))
    assert "unknown" in said[1]
    text = page(found, [], own_way(found, []))
    assert text.count("unknown>unknown: a foot pod counts steps") == 4
    assert "Unknown: a foot pod did not tell left from right" in text


def test_a_waist_sensor_is_told_no_speed_loss(tmp_path: Path) -> None:
    info = SensorInfo(name="belt", kind="imu", mount="waist")
    found = reviewed(coached.write(tmp_path / "a.db", coached.events(), info=info))
    assert "only chest or back" in words.why_unknown("speed_loss_mps", found)


def test_without_own_running_an_earlier_run_stands_in_if_it_was_alike(tmp_path: Path) -> None:
    coached.write(tmp_path / "a.db", coached.events(), started_at="2026-07-01T05:00:00+00:00")
    now = reviewed(coached.write(tmp_path / "b.db", coached.events(1, own=False)))
    assert "own" not in now.parts
    before = earlier(now, tmp_path, lambda events, _: events)
    own = own_way(now, before)
    assert own is not None
    assert (own.session_id, own.here) == ("a", False)
    waist = SensorInfo(name="belt", kind="imu", mount="waist")
    other = coached.write(tmp_path / "c.db", coached.events(1, own=False), info=waist)
    assert own_way(reviewed(other), before) is None


def test_only_earlier_runs_of_the_same_runner_are_compared(tmp_path: Path) -> None:
    found = coached.events()
    days = {"a": "2026-07-01", "b": "2026-07-02", "later": "2026-07-09"}
    for name, day in days.items():
        coached.write(tmp_path / f"{name}.db", found, started_at=f"{day}T05:00:00+00:00")
    early = "2026-07-03T05:00:00+00:00"
    coached.write(tmp_path / "bob.db", found, started_at=early, runner="Bob")
    coached.write(tmp_path / "sim.db", found, started_at=early, source="sim:")
    (tmp_path / "broken.db").write_bytes(b"no database")
    now = reviewed(coached.write(tmp_path / "now.db", found))
    names = [r.session_id for r in earlier(now, tmp_path, lambda events, _: events)]
    assert names == ["b", "a"]


@pytest.mark.parametrize(
    ("source", "words_"),
    [("file:run.imu.csv", "never heard these cues"), ("sim:", "SIMULATED")],
)
def test_what_nobody_heard_or_ran_is_said_to_be_so(
    tmp_path: Path, source: str, words_: str
) -> None:
    found = reviewed(coached.write(tmp_path / "a.db", coached.events(), source=source))
    assert words_ in page(found, [], own_way(found, []))


def test_the_same_session_gives_the_same_page_and_all_is_escaped(tmp_path: Path) -> None:
    info = SensorInfo(name=HOSTILE, kind="imu", mount="chest")
    made = coached.events(phrases=(HOSTILE, "größer \x1b[2J"))
    found = reviewed(coached.write(tmp_path / "a.db", made, runner=HOSTILE[:64], info=info))
    own = own_way(found, [])
    text = page(found, [found], own)
    assert text == page(found, [found], own)
    assert "<script" not in text
    assert "<img" not in text
    assert "\x1b" not in text
    assert "http://" not in text.replace("http://www.w3.org/", "")
    assert "https://" not in text
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text))
    assert {a or b for a, b in used} <= set(ids)


def test_the_command_writes_prints_and_says(tmp_path: Path) -> None:
    coached.write(tmp_path / "a.db", coached.events())
    out = tmp_path / "page.html"
    told = livecoach("report", "a", "--session", tmp_path, "-o", out)
    assert told.returncode == 0, told.stderr
    assert "Your steps got quicker" in told.stdout
    assert told.stderr == ""
    assert out.read_text().startswith("<!doctype html>")
    printed = livecoach("report", "a", "--session", tmp_path, "-o", "-")
    assert printed.stdout == out.read_text()
    data = json.loads(livecoach("report", "a", "--session", tmp_path, "--json").stdout)
    assert data["file"] is None
    assert len(data["sentences"]) == 3
    assert data["parts"]["own"]["means"]["step_rate_spm"]["margin"] > 0
    assert data["kept_ratio"]["margin"] > 0
    apart = data["left_less_right"]["contact_time_s"]
    assert apart["value"] == pytest.approx(0.006, abs=1e-4)
    assert apart["margin"] < 0.001


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("-o", ""), 2, "name a file"),
        (("-o", "-", "--json"), 2, "leave out -o -"),
        (("-o", "{here}/a.db"), 2, "the session itself"),
        (("-o", "{here}/no/such/page.html"), 1, "cannot be written"),
    ],
)
def test_a_mistake_is_one_line(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    path = coached.write(tmp_path / "a.db", coached.events())
    before = path.read_bytes()
    given = [a.format(here=tmp_path) for a in arguments]
    assert said in fails_in_one_line(livecoach("report", path, *given), code)
    assert path.read_bytes() == before


def test_a_session_without_running_is_refused(tmp_path: Path) -> None:
    path = coached.write(tmp_path / "a.db", [])
    assert "nobody was seen running" in fails_in_one_line(livecoach("report", path), 1)


def test_without_matplotlib_it_says_how_to_get_it_and_json_still_works(tmp_path: Path) -> None:
    path = coached.write(tmp_path / "a.db", coached.events())
    (tmp_path / "matplotlib.py").write_text("raise ImportError('none here')")
    here = [str(tmp_path), str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(here), "NO_COLOR": "1"}
    args = command("report", path)
    done = subprocess.run(args, capture_output=True, text=True, check=False, env=env, timeout=60)
    assert "pip install 'livecoach[report]'" in fails_in_one_line(done, 1)
    told = subprocess.run(
        [*args, "--json"], capture_output=True, text=True, check=False, env=env, timeout=60
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["runner"] == "Ada"
