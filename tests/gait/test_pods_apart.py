"""Pods that contradict each other are not believed, nor is either of them praised for it."""

import pytest

from livecoach.coach import CoachParams
from livecoach.gait.pods_apart import PodsApart
from livecoach.model import (
    Baseline,
    Cue,
    Device,
    Event,
    Notice,
    Payload,
    PodReport,
    Profile,
    Tick,
)
from livecoach.session import Pipeline
from livecoach.sinks.console import View


def _second(t: float, *rates: float) -> list[PodReport | Notice]:
    return [PodReport(t, t, f"pod {n}", "fresh", rate, 3.0, 1.1) for n, rate in enumerate(rates)]


def _states(*seconds: tuple[float, ...]) -> tuple[str, int]:
    """Return a letter for each second (f, u) and how often the person was told."""
    apart, letters, told = PodsApart(), "", 0
    for t, rates in enumerate(seconds):
        out = apart.update(float(t), _second(float(t), *rates))
        letters += "".join(x.state[0] for x in out if isinstance(x, PodReport))[0]
        for x in out:
            if isinstance(x, PodReport) and x.state == "unknown":
                assert x.step_rate_spm is None
        told += sum(isinstance(x, Notice) for x in out)
    return letters, told


def test_a_contradiction_that_lasts_is_unknown_until_they_agree_again() -> None:
    apart, agree = (160.0, 176.0), (170.0, 172.0)
    states = _states(*[agree] * 3, *[apart] * 20, *[agree] * 10)
    assert states == ("f" * 13 + "u" * 15 + "f" * 5, 1)


def test_pods_that_follow_a_change_of_tempo_one_after_the_other_do_not_contradict() -> None:
    assert _states(*[(160.0, 160.0)] * 9, *[(178.0, 160.0)] * 9, *[(178.0, 177.0)] * 9)[1] == 0


def test_a_lone_pod_has_nobody_to_contradict_it() -> None:
    assert _states(*[(160.0,)] * 30) == ("f" * 30, 0)


def _packet(raw: int, mps: float) -> bytes:
    return bytes([0x04]) + round(mps * 256).to_bytes(2, "little") + bytes([raw])


@pytest.mark.parametrize(
    ("then_a", "then_b"),
    [
        pytest.param(_packet(160, 3.0), _packet(190, 3.0), id="two pods apart"),
        pytest.param(_packet(0, 3.0), None, id="runs without steps"),
        pytest.param(_packet(0, 0.0), None, id="stands and says it runs"),
        pytest.param(_packet(240, 1.0), None, id="240 steps at a stroll"),
    ],
)
def test_one_earcon_then_silence_and_nothing_on_the_console(
    then_a: bytes, then_b: bytes | None
) -> None:
    """A runner 6 % off target (beats, words) whose sensors begin to contradict at 40 s."""
    devices = (Device("A", "steps"), Device("B", "steps"))
    profile = Profile("x", (Baseline(160.0, 3.0, 900),), (), devices)
    pipeline = Pipeline(CoachParams(target="170", grace_s=3.0, ramp_ratio_per_s=0.02), profile)
    view, out = View("x"), list[Event]()
    for k in range(1200):
        t = k / 10
        if k % 10 == 5:
            even = _packet(160, 3.0 + 0.02 * (k // 10 % 3))
            for name, then in (("A", then_a), ("B", then_b)):
                data = even if t < 40.0 else then
                if data is not None and (name == "A" or then_b is not None):
                    out += pipeline.update(Payload(0, t, name, "2a53", k, data))
        out += pipeline.update(Tick(0, t))
    for event in out:
        view.update(event)
    view.t = 120.0
    cues = [e for e in out if isinstance(e, Cue)]
    assert any(c.t_decided < 40.0 for c in cues)
    later = [c for c in cues if c.t_decided > 40.0]
    assert [c.phrase for c in later if c.kind == "tone"] == ["unknown"]
    (earcon,) = [c for c in later if c.kind == "tone"]
    assert earcon.t_decided < 56.0
    assert not [c for c in cues if c.t_decided > earcon.t_decided]
    assert view.state()[0] == ""
    assert "cadence unknown" in view.status_line()
