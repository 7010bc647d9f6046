"""Topics and payloads of the coach's side."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecoach.errors import WireError
from livecoach.wire.topics import (
    COMMANDS,
    PAYLOADS,
    REPORTS,
    CommandName,
    Live,
    ModeCommand,
    SayCommand,
    Strides,
    TargetCommand,
    command_topic,
    everyones_reports,
    own_commands,
    parse,
    part,
    read_command,
    read_report,
    report_topic,
    runner_part,
    write,
)

COMMAND_NAMES: tuple[CommandName, ...] = ("target", "say", "mode")
ANY_TEXT = st.text(max_size=80) | st.text("abc/+#$ \x00\n\u202e\u200b", max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(max_size=10), x, max_size=4),
    max_leaves=10,
)


def matches(pattern: str, topic: str) -> bool:
    """Return whether a topic is what a filter asks for, as MQTT has it (no ``#`` needed here)."""
    levels, wanted = topic.split("/"), pattern.split("/")
    return len(levels) == len(wanted) and all(
        w in {"+", level} for w, level in zip(wanted, levels, strict=True)
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "empty"),
        ("a/b", "'/'"),
        ("a+", "'\\+'"),
        ("#", "'#'"),
        ("a\x00b", "U\\+0000"),
        ("a\nb", "U\\+000A"),
        ("a\u202eb", "U\\+202E"),
        ("\ud800", "U\\+D800"),
        (" ann", "blank"),
        ("$SYS", "begin with \\$"),
        ("a" * 65, "64 bytes"),
        ("ä" * 33, "64 bytes"),
    ],
)
def test_names_that_could_not_stand_in_a_topic_are_refused_with_the_reason(
    name: str, why: str
) -> None:
    with pytest.raises(WireError, match=why):
        part(name)


@pytest.mark.parametrize("name", ["ann", "Müller", "李雷", "ann b.", "a" * 64, "🏃"])
def test_names_of_people_are_taken_as_they_are(name: str) -> None:
    assert part(name) == name
    assert runner_part(name) == name


def test_no_runner_may_be_called_all() -> None:
    with pytest.raises(WireError, match="means everyone"):
        report_topic("club", "all", "live")
    with pytest.raises(WireError, match="means everyone"):
        parse("livecoach/v1/club/all/live")
    assert parse("livecoach/v1/club/all/cmd/say").runner == "all"


@given(ANY_TEXT, ANY_TEXT)
def test_what_can_be_built_comes_apart_the_same_and_is_heard_by_the_filters(
    group: str, runner: str
) -> None:
    try:
        topics = [report_topic(group, runner, name) for name in REPORTS]
    except WireError:
        return
    for name, topic in zip(REPORTS, topics, strict=True):
        parsed = parse(topic)
        assert (parsed.group, parsed.runner, parsed.report, parsed.command) == (
            *(group, runner, name),
            None,
        )
        assert sum(matches(f, topic) for f in everyones_reports(group)) == 1
        assert sum(matches(f, topic) for f in everyones_reports()) == 1
        assert not any(matches(f, topic) for f in own_commands(group, runner))
    for command in COMMAND_NAMES:
        topic = command_topic(group, runner, command)
        parsed = parse(topic)
        assert (parsed.report, parsed.command) == (None, command)
        assert sum(matches(f, topic) for f in own_commands(group, runner)) == 1


@given(ANY_TEXT | st.builds("livecoach/v1/{}".format, ANY_TEXT))
def test_any_topic_is_taken_apart_or_refused(topic: str) -> None:
    try:
        parsed = parse(topic)
    except WireError:
        return
    built = (
        report_topic(parsed.group, parsed.runner, parsed.report)
        if parsed.report
        else command_topic(parsed.group, parsed.runner, parsed.command or "say")
    )
    assert built == topic


NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.builds(
        Live,
        sid=st.text(min_size=1, max_size=20),
        seq=st.integers(0, 2**40),
        t=st.floats(0, 1e6),
        epoch_s=st.floats(0, 1e10),
        step_rate_spm=NUMBERS,
        cue_phrase=st.none() | st.text(max_size=400),
        steps=st.integers(0, 10**9),
    )
)
def test_a_report_comes_back_as_it_was_and_leaves_out_what_is_unknown(live: Live) -> None:
    raw = write(live)
    assert read_report("live", raw) == live
    fields = msgspec.json.decode(raw)
    assert fields["v"] == 1
    assert None not in fields.values()


def test_a_later_version_may_say_more_but_no_other_version_is_read() -> None:
    known = Live(sid="s", seq=1, t=0.0, epoch_s=0.0)
    more = msgspec.json.decode(write(known)) | {"mood": "fine"}
    assert read_report("live", msgspec.json.encode(more)) == known
    with pytest.raises(WireError, match="v"):
        read_report("live", msgspec.json.encode(more | {"v": 2}))


def test_lists_of_unequal_length_are_no_strides() -> None:
    good = Strides(
        sid="s", seq=1, n0=0, t=[0.1, 0.4], step_rate_spm=[170.0, None], quality=[1.0, 1.0]
    )
    assert read_report("strides", write(good)) == good
    bad = msgspec.structs.replace(good, contact_time_s=[0.2])
    with pytest.raises(WireError, match="unequal"):
        read_report("strides", write(bad))


@given(st.sampled_from(REPORTS), st.binary(max_size=200) | JSON.map(msgspec.json.encode))
def test_any_bytes_are_a_report_or_refused(name: str, payload: bytes) -> None:
    report = next(r for r in REPORTS if r == name)
    try:
        read = read_report(report, payload)
    except WireError as exc:
        assert str(exc).isprintable()
    else:
        assert isinstance(read, PAYLOADS[report])


@given(st.sampled_from(COMMAND_NAMES), st.binary(max_size=200) | JSON.map(msgspec.json.encode))
def test_any_bytes_are_a_command_or_refused(name: CommandName, payload: bytes) -> None:
    try:
        read = read_command(name, payload)
    except WireError as exc:
        assert str(exc).isprintable()
    else:
        assert isinstance(read, COMMANDS[name])


@pytest.mark.parametrize(
    ("name", "fields", "why"),
    [
        ("target", {"target_spm": 119.9}, ">= 120"),
        ("target", {"target_spm": 220.1}, "<= 220"),
        ("target", {"target_spm": "170"}, "got `str`"),
        ("target", {}, "target_spm"),
        ("target", {"target_spm": 170, "also": 1}, "unknown field `also`"),
        ("target", {"target_spm": 170, "id": "a b"}, "regex"),
        ("target", {"target_spm": 170, "id": "a\n"}, "regex"),
        ("target", {"target_spm": 170, "expires_epoch_s": -1}, ">= 0"),
        ("say", {"text": ""}, "length >= 1"),
        ("say", {"text": "   "}, "nothing to say"),
        ("say", {"text": "x" * 141}, "length <= 140"),
        ("say", {"text": "a\x1b[31m"}, "U\\+001B"),
        ("say", {"text": "a\u202eb"}, "U\\+202E"),
        ("say", {"text": "a\nb"}, "U\\+000A"),
        ("mode", {}, "asks for nothing"),
        ("mode", {"mute": "yes"}, "bool"),
    ],
)
def test_what_is_out_of_bounds_is_refused_in_words(
    name: CommandName, fields: dict[str, object], why: str
) -> None:
    payload = msgspec.json.encode({"id": "x", "expires_epoch_s": 1.0} | fields)
    with pytest.raises(WireError, match=why):
        read_command(name, payload)


def test_a_command_that_is_too_long_is_not_even_read() -> None:
    with pytest.raises(WireError, match="longer than"):
        read_command("say", b'{"id":"x",' + b" " * 3_000 + b"}")


@pytest.mark.parametrize(
    "order",
    [
        TargetCommand(id="t.1", expires_epoch_s=5.0, target_spm=171.5),
        SayCommand(id="s-1", expires_epoch_s=5.0, text="Schön locker! 🏃"),
        ModeCommand(id="m_1", expires_epoch_s=5.0, beats=False),
    ],
)
def test_a_command_comes_back_as_it_was(order: TargetCommand | SayCommand | ModeCommand) -> None:
    name = next(n for n, kind in COMMANDS.items() if isinstance(order, kind))
    assert read_command(name, write(order)) == order


def test_messages_are_small() -> None:
    """1 Hz for three hours must be megabytes, not tens of them."""
    fields: dict[str, object] = {
        f.name: 0.1234
        for f in msgspec.structs.fields(Live)
        if f.default is None and f.type == (float | None)
    }
    known = {"sid": "20261122T181949Z-8be4", "seq": 9_999, "t": 9e3, "epoch_s": 1_795_371_589.25}
    live = msgspec.convert(fields | known | {"state": "running"}, Live)
    assert len(fields) > 15
    assert len(write(live)) < 800
