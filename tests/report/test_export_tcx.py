"""Sessions as TCX: the elements and their order that Garmin's schema demands, the right values."""

from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from livecoach.report import export_tcx
from livecoach.report.export import Exported, export
from livecoach.report.export_build import TrackBuilder
from livecoach.report.export_track import Track
from livecoach.store.reader import SessionFile
from tests.report.sessions import STARTED_AT, generated, steps, write

TCX = "{http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2}"
EXT = "{http://www.garmin.com/xmlschemas/ActivityExtension/v2}"
# TrainingCenterDatabase v2 and ActivityExtension v2: children in order, "!" where one must be.
SCHEMA = {
    "TrainingCenterDatabase": "Folders Activities Workouts Courses Author Extensions",
    "Activities": "Activity MultiSportSession",
    "Activity": "Id! Lap! Notes Training Creator Extensions",
    "Lap": "TotalTimeSeconds! DistanceMeters! MaximumSpeed Calories! AverageHeartRateBpm"
    " MaximumHeartRateBpm Intensity! Cadence TriggerMethod! Track Notes Extensions",
    "Track": "Trackpoint!",
    "Trackpoint": "Time! Position AltitudeMeters DistanceMeters HeartRateBpm Cadence SensorState"
    " Extensions",
    "HeartRateBpm": "Value!",
    "AverageHeartRateBpm": "Value!",
    "MaximumHeartRateBpm": "Value!",
    "Extensions": "TPX LX",
    "TPX": "Speed RunCadence Watts Extensions",
    "LX": "AvgSpeed MaxBikeCadence AvgRunCadence MaxRunCadence Steps AvgWatts MaxWatts Extensions",
}
REPEATED = {"Lap", "Track", "Trackpoint", "Activity"}


def exported(path: Path) -> Exported:
    with SessionFile(path) as session:
        return export(session, "tcx")


def assert_valid(element: ET.Element) -> None:
    """Hold an element against the schema."""
    name = bare(element)
    names = [bare(child) for child in element]
    allowed = SCHEMA.get(name, "").split()
    order = [a.removesuffix("!") for a in allowed]
    places = [order.index(child) for child in names]
    assert places == sorted(places), names
    assert all(a.removesuffix("!") in names for a in allowed if a.endswith("!")), names
    assert all(names.count(n) == 1 for n in names if n not in REPEATED), names
    space = EXT if name in {"TPX", "LX"} else TCX
    assert all(c.tag.startswith(EXT if bare(c) in {"TPX", "LX"} else space) for c in element)
    for child in element:
        assert_valid(child)


def bare(element: ET.Element) -> str:
    return element.tag.split("}")[1]


def of(seed: int) -> Track:
    builder = TrackBuilder()
    for event in generated(seed):
        builder.update(event)
    track = builder.finish()
    assert track is not None
    return track


@pytest.mark.parametrize("seed", range(20))
def test_generated_sessions_are_valid_and_come_back(seed: int, tmp_path: Path) -> None:
    track = of(seed)
    root = ET.fromstring(exported(write(tmp_path / "x.db", [*generated(seed)])).data)  # noqa: S314 (ours)
    assert_valid(root)
    points = root.findall(f".//{TCX}Trackpoint")
    assert len(points) == len(track.seconds)
    zero = datetime.fromisoformat(STARTED_AT).timestamp()
    for point, second in zip(points, track.seconds, strict=True):
        stamp = datetime.fromisoformat(point.findtext(f"{TCX}Time", ""))
        assert stamp.timestamp() == zero + second.t_s
        assert_near(point.findtext(f"{TCX}DistanceMeters"), second.distance_m, 0.0051)
        assert_near(point.findtext(f"{TCX}HeartRateBpm/{TCX}Value"), second.heart_rate_bpm, 0.5)
        inside = f"{TCX}Extensions/{EXT}TPX/{EXT}"
        assert_near(point.findtext(f"{inside}Speed"), second.speed_mps, 0.00051)
        rate = second.step_rate_spm
        half = None if rate is None else rate / 2
        assert_near(point.findtext(f"{inside}RunCadence"), half, 0.5)
    times = [float(e.text or "") for e in root.iter(f"{TCX}TotalTimeSeconds")]
    assert sum(times) == len(track.seconds)
    assert len(times) == len(track.laps)


def assert_near(text: str | None, value: float | None, tolerance: float) -> None:
    if value is None:
        assert text is None
    else:
        assert float(text or "nan") == pytest.approx(value, abs=tolerance)


def test_a_pause_ends_a_track_and_its_length_is_no_running_time(tmp_path: Path) -> None:
    path = write(tmp_path / "x.db", [*steps(0, 30), *steps(60, 100)])
    root = ET.fromstring(exported(path).data)  # noqa: S314 (ours)
    assert [len(track) for track in root.iter(f"{TCX}Track")] == [30, 40]
    assert root.findtext(f".//{TCX}TotalTimeSeconds") == "70"


def test_notes_are_escaped_and_nothing_but_text() -> None:
    data = export_tcx.encode(of(0), datetime(2026, 7, 4, tzinfo=UTC), "<&\x00ü>")
    root = ET.fromstring(data)  # noqa: S314 (ours)
    assert root.findtext(f".//{TCX}Notes") == "<&?ü>"


def test_what_does_not_fit_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "x.db", [*steps(0, 30)])
    text = exported(path).data.decode()
    assert "HeartRate" not in text
    assert "Speed" not in text
    assert "<DistanceMeters>0.00</DistanceMeters>" in text  # the schema wants one in a lap
    assert text.count("DistanceMeters>") == 2
