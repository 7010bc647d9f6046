"""The real recordings and the hostile ones, through the command line."""

import csv
from pathlib import Path

import pytest

from tests.commandline import fails_in_one_line, livecoach

NO_STEPS = {"one_sample", "still_60s"}
REFUSED = {
    "bad_toml": "bad_toml.imu.toml: not TOML",
    "empty_file": "the file is empty",
    "header_only": "no rows after the header",
    "no_header": "line 1: the header must be",
    "no_toml": "no_toml.imu.toml: missing",
    "unknown_mount": "mount must be one of",
    "wrong_header": "line 1: the header must be",
}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def trials(data_dir: Path, pattern: str) -> list[Path]:
    found = sorted(p for p in data_dir.rglob(pattern) if "hostile" not in p.parts)
    assert found
    return found


def test_every_imu_trial_yields_contacts(data_dir: Path, tmp_path: Path) -> None:
    for recording in trials(data_dir, "*.imu.csv"):
        out = tmp_path / "steps.csv"
        result = livecoach("analyze", recording, "-o", out)
        assert result.returncode == 0, f"{recording.name}: {result.stderr}"
        rows = table(out)
        assert len(rows) >= 4, recording.name
        known = [float(r["t_known_s"]) for r in rows]
        assert all(float(r["t_contact_s"]) <= k for r, k in zip(rows, known, strict=True))
        ahead = [(r["t_contact_s"], r["t_next_contact_s"], r["t_third_contact_s"]) for r in rows]
        in_order = [float(a) < float(b) < float(c) for a, b, c in ahead if b and c]
        assert all(in_order)
        assert len(in_order) >= 0.8 * len(rows) - 2, recording.name


def test_the_real_waist_is_within_two_percent_of_the_truth(data_dir: Path, tmp_path: Path) -> None:
    for truth_file in trials(data_dir, "alcantara_*.truth.csv"):
        name = truth_file.name.removesuffix(".truth.csv")
        out = tmp_path / "steps.csv"
        livecoach("analyze", truth_file.with_name(f"{name}.imu.csv"), "-o", out)
        true = [float(r["t_contact_s"]) for r in table(truth_file)]
        rates = [float(r["step_rate_spm"]) for r in table(out) if r["step_rate_spm"]]
        mean = len(rates) / sum(1 / r for r in rates)
        assert mean == pytest.approx(60 * (len(true) - 1) / (true[-1] - true[0]), rel=0.02), name


def test_two_recordings_on_one_clock_are_one_run(data_dir: Path, tmp_path: Path) -> None:
    files = [data_dir / "davis" / f"davis_s999_foot_{side}.imu.csv" for side in ("left", "right")]
    result = livecoach("analyze", *files, "-o", tmp_path / "steps.csv")
    assert result.returncode == 0, result.stderr
    feet = [r["foot"] for r in table(tmp_path / "steps.csv")]
    assert abs(feet.count("left") - feet.count("right")) <= 1
    assert len(feet) >= 25


def test_typed_speed_is_used_and_none_makes_it_unknown(data_dir: Path, tmp_path: Path) -> None:
    recording = data_dir / "davis" / "davis_s999_chest.imu.csv"
    for speed, cell in (("3.6kmh", "1"), ("none", "")):
        livecoach("analyze", recording, "--speed", speed, "-o", tmp_path / "steps.csv")
        assert {r["speed_mps"] for r in table(tmp_path / "steps.csv") if r["step_time_s"]} == {cell}


def test_hostile_recordings_give_steps_or_one_clear_line(data_dir: Path, tmp_path: Path) -> None:
    for recording in sorted((data_dir / "hostile").glob("*.imu.csv")):
        name = recording.name.removesuffix(".imu.csv")
        out = tmp_path / f"{name}.csv"
        result = livecoach("analyze", recording, "-o", out)
        if name in REFUSED:
            assert REFUSED[name] in fails_in_one_line(result, 1)
            continue
        assert result.returncode == 0, f"{name}: {result.stderr}"
        rows = table(out)
        if name in NO_STEPS:
            assert not rows, name
        else:
            truth = recording.with_name(f"{name}.truth.csv")
            expected = len(table(truth)) if truth.exists() else 15
            assert len(rows) >= 0.9 * expected - 1, name


def test_rows_left_out_are_counted_with_the_first_line(data_dir: Path, tmp_path: Path) -> None:
    cases = {"truncated_row": "line 702", "nan_words": "line 2", "time_goes_back": "time goes back"}
    for name, words in cases.items():
        recording = data_dir / "hostile" / f"{name}.imu.csv"
        said = livecoach("analyze", recording, "-o", tmp_path / "x.csv").stdout
        assert "rows left out" in said
        assert words in said


def test_a_hostile_file_never_costs_the_session(data_dir: Path, tmp_path: Path) -> None:
    for name in ("nan_words", "huge_values", "truncated_row", "time_restarts", "ble_bad_hex"):
        kind = "ble" if name.startswith("ble") else "imu"
        source = f"file:{data_dir / 'hostile' / name}.{kind}.csv"
        folder = tmp_path / name
        result = livecoach("run", "--source", source, "--pace", "max", "--session", folder)
        assert result.returncode == 0, f"{name}: {result.stderr}"
        assert "rows left out" in result.stdout
        (session,) = folder.glob("*.db")
        assert livecoach("replay", session).returncode == 0
