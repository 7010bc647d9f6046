"""The recorder: everything that came in and came out, into the session file, by its own thread.

It never drops. What waits is committed about once a second (at most `INTERVAL_S` plus one write),
so kill -9 costs less than two seconds. The writer sleeps between commits and is woken only by a
flood; a replay that is faster than the disk is held back in `Recorder.put`.
"""

import queue
import threading
from pathlib import Path

from livecoach.errors import StoreError
from livecoach.model import Event, Input
from livecoach.store.header import Header, Summary
from livecoach.store.writer import SessionWriter

INTERVAL_S = 0.8
BATCH = 5_000
MOST_WAITING = 50_000
PATIENCE_S = 5.0


class Recorder:
    """Records one session at ``path``.

    `put` and `close` belong to one thread. When writing fails (disk full, file removed) the session
    goes on: ``error`` says what happened, and from then on `put` only counts ``lost``.

    Raises
    ------
    StoreError
        The file cannot be created at all.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.error: StoreError | None = None
        self._writer = SessionWriter(path, header)
        self._queue: queue.SimpleQueue[Input | Event] = queue.SimpleQueue()
        self._summary: Summary | None = None
        self._open = True
        self._refused = self._dropped = 0
        self._stuck = False
        self._wake = threading.Event()
        self._room = threading.Event()
        self._thread = threading.Thread(target=self._run, name="livecoach-recorder", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> int:
        """How many items were not kept because of ``error``, or came after `close`."""
        return self._refused + self._dropped + (0 if self._open else self._queue.qsize())

    def put(self, item: Input | Event) -> None:
        """Hand over one item; returns at once unless some 50,000 are waiting for the disk."""
        if not self._open:
            self._refused += 1
            return
        self._queue.put(item)
        if self._queue.qsize() >= BATCH:
            self._press()

    def close(self, summary: Summary) -> None:
        """Write what waits and ``summary``, and leave one whole file; ``error`` tells of failure.

        A second call does nothing.
        """
        if self._summary is None:
            self._summary = summary
            self._wake.set()
        self._thread.join()

    def _press(self) -> None:
        self._wake.set()
        if self._stuck or self._queue.qsize() <= MOST_WAITING:
            return
        self._room.clear()
        # a disk that hangs must not silence the beat: wait once, then let them pile up
        if self._open and self._queue.qsize() > MOST_WAITING:
            self._stuck = not self._room.wait(PATIENCE_S)

    def _run(self) -> None:
        batch: list[Input | Event] = []
        try:
            while True:
                # whether it ends is asked before looking: what was put before `close` is then seen
                summary = self._summary
                batch = self._waiting()
                if batch:
                    self._writer.write(batch)
                    self._stuck = False
                    self._room.set()
                elif summary is not None:
                    self._writer.finish(summary)
                    break
                if len(batch) < BATCH and summary is None:
                    self._wake.wait(INTERVAL_S)
                    self._wake.clear()
        except StoreError as exc:
            self.error = exc
            self._dropped = len(batch)
        finally:
            self._open = False
            self._room.set()
            self._writer.close()

    def _waiting(self) -> list[Input | Event]:
        batch: list[Input | Event] = []
        try:
            while len(batch) < BATCH:
                batch.append(self._queue.get_nowait())
        except queue.Empty:
            pass
        return batch
