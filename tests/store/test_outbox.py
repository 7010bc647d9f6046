"""The outbox: in order, over restarts and kill -9, bounded."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecoach.errors import StoreError
from livecoach.store.outbox import Outbox, outbox_path

STRIDES, EVENT = "livecoach/v1/club/ann/strides", "livecoach/v1/club/ann/event"

_WRITER = """
import sys
from pathlib import Path
from livecoach.store.outbox import Outbox
box = Outbox(Path(sys.argv[1]))
for n in range(1_000_000):
    box.put("a/strides", str(n).encode())
    sys.stdout.write(f"{n}\\n")
    sys.stdout.flush()
"""


def payloads(box: Outbox, most: int = 10_000) -> list[bytes]:
    return [m.payload for m in box.head(most)]


def test_messages_wait_in_order_over_a_restart_until_they_are_taken(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "deep" / "o.db")
    for n in range(50):
        box.put(STRIDES, b"%d" % n)
    box.taken(m.id for m in box.head(20))
    box.close()
    box = Outbox(tmp_path / "deep" / "o.db")
    assert payloads(box) == [b"%d" % n for n in range(20, 50)]
    assert box.count == 30
    box.taken(m.id for m in box.head(100))
    assert (box.count, payloads(box)) == (0, [])
    box.close()


def test_a_number_is_never_given_twice(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "o.db")
    box.put(EVENT, b"first")
    first = box.head(1)[0].id
    box.taken([first])
    box.close()
    box = Outbox(tmp_path / "o.db")
    box.put(EVENT, b"second")
    assert box.head(1)[0].id > first
    box.close()


def test_a_refused_topic_is_kept_and_only_tried_by_the_next_run(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "o.db")
    box.put(STRIDES, b"s")
    box.put(EVENT, b"e")
    box.refused(STRIDES)
    assert payloads(box) == [b"e"]
    assert box.count == 2
    box.close()
    box = Outbox(tmp_path / "o.db")
    assert payloads(box) == [b"s", b"e"]
    box.close()


def test_when_it_is_full_the_oldest_strides_make_room_and_then_the_oldest(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "o.db", most_bytes=1_000)
    box.put(EVENT, b"e" * 100)
    for n in range(9):
        box.put(STRIDES, b"%d" % n * 100)
    assert box.dropped == 0
    box.put(STRIDES, b"x" * 100)
    assert box.dropped == 2, "one for it and a tenth in advance"
    kept = payloads(box)
    assert kept[0] == b"e" * 100
    assert kept[1:] == [b"%d" % n * 100 for n in range(2, 9)] + [b"x" * 100]
    for _ in range(20):
        box.put(EVENT, b"n" * 100)
    assert payloads(box)[-1] == b"n" * 100
    assert b"e" * 100 not in payloads(box)
    assert sum(len(p) for p in payloads(box)) <= 1_000
    box.close()


def test_a_second_run_is_told_that_the_first_holds_it(tmp_path: Path) -> None:
    first = Outbox(tmp_path / "o.db")
    with pytest.raises(StoreError, match="another program holds the file"):
        Outbox(tmp_path / "o.db")
    first.close()
    Outbox(tmp_path / "o.db").close()


def test_what_is_no_outbox_is_said_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "o.db"
    path.write_bytes(b"what a fine day for a run" * 100)
    with pytest.raises(StoreError, match="not an SQLite file"):
        Outbox(path)
    assert path.read_bytes().startswith(b"what a fine day")


def test_kill_9_loses_nothing_that_was_put(tmp_path: Path) -> None:
    path = tmp_path / "o.db"
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    told = 0
    while told < 500:
        told = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    rest = writer.stdout.read().splitlines()
    writer.stdout.close()
    writer.wait()
    told = max([told, *(int(n) for n in rest[:-1])])  # the last line may be half of one
    box = Outbox(path)
    kept = [int(p) for p in payloads(box, 1_000_000)]
    box.close()
    assert kept == list(range(len(kept)))
    assert len(kept) > told


def test_each_runner_and_broker_has_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVECOACH_HOME", str(tmp_path))
    keys = [
        ("a:1", "club", "ann"),
        ("b:1", "club", "ann"),
        ("a:1", "c", "ann"),
        ("a:1", "club", "a/."),
    ]
    paths = {outbox_path(*key) for key in keys}
    assert len(paths) == len(keys)
    assert all(path.parent == tmp_path / "outbox" for path in paths)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("put"), st.integers(0, 300)),
            st.tuples(st.just("take"), st.integers(0, 20)),
            st.tuples(st.just("reopen"), st.just(0)),
        ),
        max_size=40,
    )
)
def test_whatever_happens_it_is_in_order_and_within_bounds(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    path = tmp_path_factory.mktemp("box") / "o.db"
    box, put, model = Outbox(path, 1_500), 0, list[bytes]()
    for what, size in steps:
        if what == "put":
            put += 1
            payload = b"%06d" % put + b"." * size
            box.put(STRIDES, payload)
            model.append(payload)
        elif what == "take":
            head = box.head(size)
            box.taken(m.id for m in head)
            gone = {m.payload for m in head}
            model = [p for p in model if p not in gone]
        else:
            box.close()
            box = Outbox(path, 1_500)
        kept = payloads(box)
        assert kept == model[len(model) - len(kept) :], "only the oldest make room"
        assert sum(map(len, kept)) <= 1_500
        assert box.count == len(kept)
        model = kept
    box.close()
