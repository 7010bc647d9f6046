"""What is written comes back equal, to the bit."""

import types
import typing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Union

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecoach.model import Event, Input, Payload, Tick
from livecoach.store.reader import SessionFile
from livecoach.store.writer import SessionWriter
from tests.store import samples

_PLAIN: dict[object, st.SearchStrategy[Any]] = {
    float: st.floats(allow_nan=False, allow_infinity=False),
    int: st.integers(-(2**63), 2**63 - 1),
    str: st.text(max_size=30),
    bytes: st.binary(max_size=300),
    bool: st.booleans(),
    type(None): st.none(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 (any type hint)
    """Return a strategy for a type hint of the model."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return st.sampled_from(args)
    if origin in {Union, types.UnionType}:
        return st.one_of([values(arg) for arg in args])
    if origin is tuple:
        return st.lists(values(args[0]), max_size=3).map(tuple)
    fields = typing.get_type_hints(hint)
    return st.builds(hint, **{name: values(kind) for name, kind in fields.items()})


def recorded(items: list[Input | Event]) -> tuple[list[Input], list[Event]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        writer = SessionWriter(path, samples.header())
        writer.write(items)
        writer.close()
        with SessionFile(path) as file:
            return list(file.inputs()), list(file.events())


@pytest.mark.parametrize("kind", typing.get_args(Input), ids=lambda kind: kind.__name__)
def test_every_input_comes_back_to_the_bit(kind: type[Input]) -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.lists(values(kind), min_size=1, max_size=8))
    def check(items: list[Input]) -> None:
        numbered = [msgspec.structs.replace(item, n=n) for n, item in enumerate(items)]
        inputs, events = recorded([*numbered])
        assert inputs == numbered
        assert repr(inputs) == repr(numbered)
        assert events == []

    check()


@pytest.mark.parametrize("kind", typing.get_args(Event), ids=lambda kind: kind.__name__)
def test_every_event_comes_back_to_the_bit(kind: type[Event]) -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.lists(values(kind), min_size=1, max_size=8))
    def check(items: list[Event]) -> None:
        inputs, events = recorded([*items])
        assert events == items
        assert repr(events) == repr(items)
        assert inputs == []

    check()


@pytest.mark.parametrize("t", [-0.0, 5e-324, 0.1 + 0.2, 1.7976931348623157e308, 3.0, 1 / 3])
def test_awkward_times_of_a_payload(t: float) -> None:
    ((back,), _) = recorded([Payload(0, t, "", "", -1, b"")])
    assert repr(back) == repr(Payload(0, t, "", "", -1, b""))


def test_inputs_come_in_order_of_their_number_and_events_as_they_came() -> None:
    ticks = [Tick(2, 0.2), Tick(0, 0.0), Tick(1, 0.1)]
    steps = [samples.step(5.0), samples.step(4.0)]
    inputs, events = recorded([ticks[0], steps[0], *ticks[1:], steps[1]])
    assert inputs == [ticks[1], ticks[2], ticks[0]]
    assert events == steps


def test_header_and_summary_come_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "Zoë #1?.db"
    writer = SessionWriter(path, samples.header())
    writer.finish(samples.SUMMARY)
    writer.close()
    with SessionFile(path) as file:
        assert file.header == samples.header()
        assert file.summary == samples.SUMMARY
        assert file.counts() == {}
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
