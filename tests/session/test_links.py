"""Sensors whose link comes and goes: states that are true again, silence, heart rates counted."""

from livecoach.coach import CoachParams
from livecoach.model import (
    Baseline,
    Cue,
    Event,
    HeartRate,
    Input,
    Link,
    Payload,
    Profile,
    SensorInfo,
    SensorState,
    Tick,
)
from livecoach.session import Pipeline, Tally
from livecoach.wire import heart_rate, rsc

POD = SensorInfo(name="pod", kind="pod", cadence="steps")
STRAP = SensorInfo(name="strap", kind="heart")


def events(found: list[Input]) -> list[Event]:
    coach = CoachParams(target="+10%", grace_s=8.0, ramp_ratio_per_s=0.02)
    pipeline = Pipeline(coach, Profile("x", (Baseline(160.0, 3.0, 900),)))
    return [e for x in sorted(found, key=lambda x: x.t) for e in pipeline.update(x)]


def minute(*links: Link, silent: tuple[float, float] = (0.0, 0.0)) -> list[Input]:
    """Return a minute of a pod (but for a silence) and a strap, after their links."""
    out: list[Input] = [Link(0, 0.0, "pod", "found", POD), Link(0, 0.0, "strap", "found", STRAP)]
    out += links
    for k in range(60):
        run = b"\x04" + int(3.0 * 256 + k % 5).to_bytes(2, "little") + bytes([160 + k % 3])
        if not silent[0] <= k < silent[1]:
            out.append(Payload(0, k + 0.3, "pod", rsc.CHARACTERISTIC, k, run))
        out.append(Payload(0, k + 0.4, "strap", heart_rate.CHARACTERISTIC, k, bytes([0x10, 150])))
    return out + [Tick(0, k / 10) for k in range(600)]


def of_pod(found: list[Event]) -> list[tuple[str, float]]:
    return [(e.state, e.t_known) for e in found if isinstance(e, SensorState) and e.name == "pod"]


def test_a_pod_that_is_back_within_three_seconds_is_fresh_again() -> None:
    away = Link(0, 30.5, "pod", "lost"), Link(0, 31.1, "pod", "found", POD)
    assert of_pod(events(minute(*away)))[1:] == [("lost", 30.5), ("fresh", 32.0)]


def test_a_link_that_is_lost_stays_lost_whatever_was_said_last() -> None:
    found = events(minute(Link(0, 30.5, "pod", "lost"), silent=(31.0, 50.0)))
    assert of_pod(found)[1:] == [("lost", 30.5), ("fresh", 51.0)]
    cues = [e for e in found if isinstance(e, Cue) and 30.5 < e.t_decided < 50.0]
    assert [c.kind for c in cues if c.kind != "beat"] == ["tone"]
    assert max(c.t_decided for c in cues) < 33.0


def test_a_heart_rate_goes_on_and_does_not_keep_the_beats_alive() -> None:
    found = events(minute(silent=(30.0, 60.0)))
    cues = [e for e in found if isinstance(e, Cue) and e.kind == "beat"]
    stale = next(t for state, t in of_pod(found) if state == "stale")
    assert max(c.t_due for c in cues) <= stale + 1.0


def test_the_mean_heart_rate_is_of_a_strap_on_skin() -> None:
    tally = Tally()
    assert tally.mean_heart_rate_bpm is None
    for rate, contact in ((140.0, None), (150.0, True), (0.0, None), (90.0, False)):
        tally.update(HeartRate(1.0, "strap", rate, (), contact))
    assert tally.mean_heart_rate_bpm == 145.0
