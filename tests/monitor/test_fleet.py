"""The fleet's state: pure, on a clock that is handed in."""

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.errors import WireError
from livecoach.monitor.feed import Feed
from livecoach.monitor.fleet import MOST_RUNNERS, Fleet
from livecoach.monitor.ring import Ring
from livecoach.monitor.runner import LATE_S, LOST_S, Runner
from livecoach.monitor.tile import Tile
from livecoach.wire.topics import PAYLOADS, Live, Status, report_topic, write
from tests.monitor.runners import FakeRunner

T0 = 5000.0
SANE = st.floats(0, 1e4)


def hear(fleet: Fleet, runner: FakeRunner, t: float, now_s: float, **more: Any) -> None:  # noqa: ANN401
    runner.more = more
    fleet.take(runner.topic("live"), write(runner.live(t)), now_s)


def tile(fleet: Fleet, runner: FakeRunner) -> Tile:
    found = fleet.runner(runner.group, runner.name)
    assert found is not None
    return found.tile()


@pytest.mark.parametrize(
    ("rate", "target", "aim"),
    [
        (164.0, 172.0, "below"),
        (172.0, 172.0, "on"),
        (168.0, 172.0, "on"),
        (180.0, 172.0, "above"),
        (164.0, None, "none"),
        (None, 172.0, "unknown"),
        (9999.0, 172.0, "unknown"),
    ],
)
def test_where_a_cadence_lies(rate: float | None, target: float | None, aim: str) -> None:
    fleet, ada = Fleet(), FakeRunner("ada", target_spm=target)
    hear(fleet, ada, 1.0, T0, step_rate_spm=rate)
    assert tile(fleet, ada).aim == aim


def test_the_runners_own_band_goes_before_ours() -> None:
    fleet, ada = Fleet(), FakeRunner("ada", target_spm=172.0)
    hear(fleet, ada, 1.0, T0, step_rate_spm=169.0, target_low_spm=170.0, target_high_spm=174.0)
    assert (tile(fleet, ada).aim, tile(fleet, ada).low_spm) == ("below", 170.0)


def test_the_two_kinds_of_braking_stay_apart() -> None:
    fleet, ada = Fleet(), FakeRunner("ada")
    hear(fleet, ada, 1.0, T0, speed_loss_mps=None, expected_braking_mps=0.2)
    assert tile(fleet, ada).speed_loss_mps is None
    assert tile(fleet, ada).expected_braking_mps == 0.2


def test_silence_is_late_then_lost_and_a_word_makes_it_live_again() -> None:
    fleet, ada = Fleet(), FakeRunner("ada")
    hear(fleet, ada, 1.0, T0)
    links = []
    for silent_s in (0.0, LATE_S, LATE_S + 0.1, LOST_S, LOST_S + 0.1, 3600.0):
        fleet.sweep(T0 + silent_s)
        links.append(tile(fleet, ada).link)
    assert links == ["live", "live", "late", "late", "lost", "lost"]
    hear(fleet, ada, 2.0, T0 + 4000)
    assert tile(fleet, ada).link == "live"


def test_values_that_a_queue_held_up_are_not_called_live() -> None:
    fleet, ada = Fleet(), FakeRunner("ada")
    for k in range(10):
        hear(fleet, ada, float(k), T0 + k)
    assert tile(fleet, ada).link == "live"
    for k in range(10, 20):
        hear(fleet, ada, float(k), T0 + 2 * k)
    assert (tile(fleet, ada).link, tile(fleet, ada).heard_s) == ("late", T0 + 19)


def test_a_laptop_that_slept_is_live_again() -> None:
    fleet, ada = Fleet(), FakeRunner("ada")
    hear(fleet, ada, 1.0, T0)
    hear(fleet, ada, 2.0, T0 + 3600)
    assert tile(fleet, ada).link == "live"


def test_the_will_and_a_goodbye_are_told_apart_at_once() -> None:
    fleet, ada = Fleet(), FakeRunner("ada")
    hear(fleet, ada, 1.0, T0)
    for state in ("lost", "offline"):
        fleet.take(ada.topic("status"), write(ada.status(state)), T0 + 1, retained=True)
        assert tile(fleet, ada).link == state
    fleet.sweep(T0 + 3600)
    assert tile(fleet, ada).link == "offline"


def test_a_runner_known_by_status_alone_waits_then_is_lost() -> None:
    fleet, ada = Fleet(), FakeRunner("ada")
    fleet.take(ada.topic("status"), write(ada.status()), T0, retained=True)
    assert (tile(fleet, ada).link, tile(fleet, ada).heard_s) == ("late", None)
    fleet.sweep(T0 + LOST_S + 1)
    assert tile(fleet, ada).link == "lost"


def test_what_was_retained_is_not_the_present() -> None:
    fleet, ada = Fleet(), FakeRunner("ada")
    fleet.take(ada.topic("live"), write(ada.live(1.0)), T0, retained=True)
    assert len(fleet) == 0


def test_a_cue_has_its_reason_and_its_fate() -> None:
    fleet, ada = Fleet(), FakeRunner("ada")
    hear(fleet, ada, 100.0, T0)
    decided = ada.event(90.0, "cue_decided", cue=7, cue_kind="speech", phrase="Tall.", reason="why")
    for event in (
        decided,
        decided,  # delivered twice
        ada.event(91.0, "cue_played", cue=7, late_s=0.004),
        ada.event(92.0, "cue_effect", cue=7, text="+3 steps/min"),
        ada.event(92.0, "cue_dropped", cue=99, reason="of one never heard"),
    ):
        fleet.take(ada.topic("event"), write(event), T0)
    found = fleet.runner("club", "ada")
    assert found is not None
    (entry,) = found.log
    assert (entry.text, entry.reason, entry.fate, entry.effect) == (
        "Tall.",
        "why",
        "played",
        "+3 steps/min",
    )
    assert entry.at_s == pytest.approx(T0 - 10.0)


def test_strides_that_come_late_fill_the_hole_and_only_that() -> None:
    fleet, ada = Fleet(), FakeRunner("ada")
    for k in (*range(20), *range(40, 60)):
        hear(fleet, ada, float(k), T0 + k, step_rate_spm=160.0)
    fleet.take(ada.topic("strides"), write(ada.strides(30.0)), T0 + 60)
    fleet.take(ada.topic("strides"), write(ada.strides(10.0)), T0 + 60)
    found = fleet.runner("club", "ada")
    assert found is not None
    values = found.charts["step_rate_spm"].since(0, 0)[-30:]
    assert values[15] == 165.0
    assert values[5] == 160.0
    assert values.count(None) == 9


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\x1b", "\n", "\ud83d"])
def test_texts_cannot_hide_or_reorder_anything(sign: str) -> None:
    fleet, ada = Fleet(), FakeRunner("ada")
    event = msgspec.json.decode(write(ada.event(1.0, "notice")))
    event["text"] = f"a{sign}b"
    raw = msgspec.json.encode(event) if sign != "\ud83d" else b'{"v":1,"text":"\\ud83d"}'
    try:
        fleet.take(ada.topic("event"), raw, T0)
    except WireError:
        assert fleet.refused == 1
    else:
        found = fleet.runner("club", "ada")
        assert found is not None
        assert found.log[-1].text == "a�b"


def test_a_stranger_cannot_fill_the_memory_with_runners() -> None:
    fleet = Fleet()
    raw = write(FakeRunner("x").status())
    for k in range(MOST_RUNNERS):
        fleet.take(report_topic("g", f"r{k}", "status"), raw, T0)
    with pytest.raises(WireError, match="runners"):
        fleet.take(report_topic("g", "one more", "status"), raw, T0)
    assert len(fleet) == MOST_RUNNERS
    fleet.take(report_topic("g", "r1", "status"), raw, T0)


@pytest.mark.parametrize(
    "topic",
    ["livecoach/v1/g/r/cmd/say", "livecoach/v1/g/r/else", "other", "livecoach/v1/g/all/live", ""],
)
def test_what_is_not_a_report_is_refused_and_counted(topic: str) -> None:
    fleet = Fleet()
    with pytest.raises(WireError):
        fleet.take(topic, b"{}", T0)
    assert (fleet.refused, len(fleet)) == (1, 0)


WILD = st.floats() | st.integers(-(2**70), 2**70) | st.none() | st.text(max_size=5) | st.booleans()


@given(st.sampled_from(sorted(PAYLOADS)), st.data())
def test_no_payload_that_the_schema_lets_in_breaks_a_frame(kind: str, data: st.DataObject) -> None:
    """Wild numbers in every field: taken or refused, and what is shown is still JSON."""
    fleet, ada = Fleet(), FakeRunner("ada")
    feed = Feed(fleet, 0.0)
    good: dict[str, Any] = {
        "live": ada.live(1.0),
        "strides": ada.strides(1.0),
        "status": ada.status(),
        "event": ada.event(1.0, "cue_decided", cue=1),
        "session": ada.began(),
        "ack": {"sid": "s", "seq": 1, "id": "a", "command": "say", "state": "spoken"},
    }
    table = msgspec.to_builtins(good[kind])
    names = PAYLOADS[kind].__struct_fields__  # type: ignore[index]  # the key is one of its own
    table |= data.draw(st.dictionaries(st.sampled_from(names), WILD, max_size=4))
    raw = msgspec.json.encode(table)
    hear(fleet, ada, 1.0, T0)
    try:
        fleet.take(f"livecoach/v1/club/ada/{kind}", raw, T0 + 1)
    except WireError:
        assert fleet.refused == 1
    feed.close_version(T0 + 1)
    for frame in (feed.fleet_frame(0), feed.runner_frame("club", "ada", 0)):
        told = msgspec.json.decode(frame)
        assert [r["id"] for r in told["runners"]] == ["club/ada"]


@given(st.lists(st.tuples(SANE, st.floats(40, 260)), min_size=1, max_size=60))
def test_a_ring_holds_means_of_bins_and_nothing_older(points: list[tuple[float, float]]) -> None:
    ring = Ring(2.0, 10)
    ordered = sorted(points)
    bins: dict[int, list[float]] = {}
    for t, value in ordered:
        ring.put(t, value)
        bins.setdefault(int(t // 2), []).append(value)
    newest = max(bins)
    assert ring.newest == newest
    shown = ring.since(0, 6)
    for back, found in enumerate(reversed(shown)):
        expected = bins.get(newest - back)
        if expected is None:
            assert found is None
        else:
            assert found is not None
            assert math.isclose(found, sum(expected) / len(expected), rel_tol=1e-5)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_a_page_that_skips_frames_ends_with_the_same_runners(skips: list[int]) -> None:
    """Whatever frames a slow page misses, its newest state is the fleet's."""
    fleet = Fleet()
    feed = Feed(fleet, 0.0)
    runners = [FakeRunner(f"r{k}") for k in range(5)]
    page: dict[str, Any] = {}
    since = 0
    for k, skip in enumerate(skips):
        hear(fleet, runners[skip], float(k), T0 + k, step_rate_spm=150.0 + k)
        feed.close_version(T0 + k)
        if skip % 2 or k == len(skips) - 1:
            version = feed.version
            for told in msgspec.json.decode(feed.fleet_frame(since))["runners"]:
                page[told["id"]] = told
            since = version
    whole = msgspec.json.decode(feed.fleet_frame(0))["runners"]
    assert page == {told["id"]: told for told in whole}


def test_frames_hold_only_what_changed() -> None:
    fleet = Fleet()
    feed = Feed(fleet, 0.0)
    ada, ben = FakeRunner("ada"), FakeRunner("ben")
    hear(fleet, ada, 1.0, T0)
    hear(fleet, ben, 1.0, T0)
    feed.close_version(T0)
    since = feed.version
    hear(fleet, ben, 2.0, T0 + 1)
    feed.close_version(T0 + 1)
    told = msgspec.json.decode(feed.fleet_frame(since))
    assert [r["runner"] for r in told["runners"]] == ["ben"]
    assert "runners" not in msgspec.json.decode(feed.runner_frame("club", "ada", since))
    assert not told.get("full")


def test_a_live_message_is_all_a_runner_needs() -> None:
    runner = Runner("g", "r")
    live = Live(sid="s", seq=1, t=1.0, epoch_s=1.0)
    runner.hear_live(live, T0)
    assert runner.tile().aim == "unknown"
    runner.hear_status(Status(state="online", epoch_s=1.0), T0)
    assert runner.tile().allow == ()
