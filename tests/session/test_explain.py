"""``livecoach explain``: every cue of a session accounted for, with what came of it."""

import json
from pathlib import Path

import msgspec
from click.testing import CliRunner

from livecoach.cli import cli
from livecoach.model import Baseline, Cue, CueDropped, CueEffect, CuePlayed, Event, Profile
from livecoach.report.explain import explain, told
from livecoach.store import schema
from livecoach.store.reader import SessionFile
from tests.commandline import livecoach

KEYS = {"t", "kind", "phrase", "reason", "effect", "verdict", "heard", "lock", "before", "after"}


def cue(number: int, t: float, kind: str = "beat", phrase: str = "", how: str = "in phase") -> Cue:
    return Cue(
        number=number,
        t_decided=t - 0.3,
        t_due=t,
        kind="beat" if kind == "beat" else "speech",
        phrase=phrase,
        priority=1,
        expires_t=t + 1,
        reason="step rate -3.0 % from the target 170.0/min"
        + (f"; {how}" if kind == "beat" else ""),
    )


def effect(number: int | None, t: float) -> CueEffect:
    return CueEffect(
        t_known=t + 15.0,
        t_asked=t,
        cue=number,
        kind="quicker",
        means="silence" if number is None else "both",
        phrase="",
        reason="step rate -3.0 % from the target 170.0/min",
        measure="step_rate_spm",
        unit="percent",
        verdict="held" if number is None else "helped",
        before=165.0,
        after=170.0,
        change=3.0,
        held_n=4,
        held_change=0.5,
        effect=None if number is None else 2.5,
        effect_sd=None if number is None else 0.6,
        n=0 if number is None else 5,
        mean_effect=None if number is None else 2.25,
        mean_effect_sd=None if number is None else 0.3,
    )


def test_a_burst_is_one_entry_with_its_words_outcome_and_what_was_heard() -> None:
    beats = [
        cue(k, 100.0 + 0.36 * k, how="free tempo" if k > 60 else "in phase") for k in range(2, 80)
    ]
    words = cue(1, 100.4, "speech", "Quick, light feet.")
    events: list[Event] = [
        words,
        *beats,
        *(CuePlayed(c.number, c.t_due, 0.002, c.t_due) for c in beats[:-1]),
        CueDropped(1, "speech is off", 101.0),
        effect(1, 100.0),
        cue(80, 190.0),
        effect(None, 200.0),
    ]
    said, burst, later, silence = explain(events)
    assert (said.kind, said.phrase, said.heard, said.not_heard) == (
        "speech",
        "Quick, light feet.",
        0,
        {"speech is off": 1},
    )
    assert (burst.cues, burst.heard, burst.late_s) == (78, 77, 0.002)
    assert burst.lock == {"in phase": 59, "free tempo": 19}
    assert burst.reason == "step rate -3.0 % from the target 170.0/min"
    assert said.effect == burst.effect == 2.5
    assert (later.cues, later.effect, later.verdict) == (1, None, None)
    assert (silence.kind, silence.verdict, silence.cues) == ("silence", "held", 0)
    texts = [lines for _, lines in told([said, burst, later, silence])]
    assert len(texts[0]) == 2
    assert texts[1][2:] == [
        (
            "after  step rate 165.0 -> 170.0 steps/min, 3.0 % better; "
            "in silence 0.5 % better (4 times)"
        ),
        "effect +2.5 +- 0.6 %: helped; asked like this so far +2.2 +- 0.3 % (5 times)",
    ]
    assert texts[2][2:] == ["after  not recorded"]
    assert texts[3][0] == "silent on purpose for 15 s, to compare"


def test_a_real_run_is_explained_cue_by_cue_and_replays(data_dir: Path, tmp_path: Path) -> None:
    """A recording cannot answer; it goes the whole way all the same."""
    file = data_dir / "adept_gpl3" / "adept_first12min_waist.imu.csv"
    run = livecoach(
        "run",
        "--source",
        f"file:{file}",
        "--pace",
        "max",
        "--target",
        "+5%",
        "--session",
        tmp_path,
        "--json",
    )
    session = json.loads(run.stdout)
    found = livecoach("explain", session["session_id"], "--session", tmp_path, "--json")
    assert found.returncode == 0, found.stderr
    cues = json.loads(found.stdout)["cues"]
    assert all(cue.keys() >= KEYS for cue in cues)
    assert sum(c["cues"] for c in cues if c["kind"] == "beat") == session["beats"]
    assert sum(c["cues"] for c in cues if c["kind"] in {"speech", "tone"}) == session["cues"]
    assert len(cues) < 25
    asked = [c for c in cues if c["asked_for"] and c["kind"] == "beat"]
    assert asked
    assert any(c["change"] is not None for c in asked)
    with SessionFile(Path(session["file"])) as recorded:
        effects = [e for e in recorded.events("cue_effect") if isinstance(e, CueEffect)]
    silences = [c for c in cues if c["kind"] == "silence"]
    assert len(silences) == sum(e.cue is None for e in effects)
    assert {c["t_asked"] for c in cues if c["t_asked"]} == {e.t_asked for e in effects}
    text = livecoach("explain", session["file"])
    assert text.returncode == 0
    assert "why    step rate" in text.stdout
    assert "after  step rate" in text.stdout
    assert livecoach("replay", session["file"]).returncode == 0


def test_a_header_from_before_the_ledger_is_still_read() -> None:
    old = b'{"runner":"Ada","baselines":[{"step_rate_spm":170.0,"speed_mps":3.0,"steps":9}]}'
    known = msgspec.json.decode(old, type=Profile)
    assert known == Profile("Ada", (Baseline(170.0, 3.0, 9),))
    assert msgspec.json.decode(msgspec.json.encode(known), type=Profile) == known


def test_a_silence_comes_back_from_json_as_it_was() -> None:
    for one in (effect(None, 3.25), effect(7, 1.0)):
        assert schema.event_of(msgspec.json.encode(one)) == one


def test_an_unknown_session_is_named_and_ids_complete(tmp_path: Path) -> None:
    missing = livecoach("explain", "20990101", "--session", tmp_path)
    assert missing.returncode == 1
    assert "livecoach sessions" in missing.stderr
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "20261122T1-ab.db").touch()
    env = {
        "_LIVECOACH_COMPLETE": "bash_complete",
        "COMP_WORDS": "livecoach explain 2026",
        "COMP_CWORD": "2",
        "LIVECOACH_HOME": str(tmp_path),
    }
    done = CliRunner().invoke(cli, [], prog_name="livecoach", env=env)
    assert "20261122T1-ab" in done.output
