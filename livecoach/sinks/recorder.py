"""The recorder: everything that came in and came out, into the session file, by its own thread.

It never drops. What waits is committed about once a second (at most `INTERVAL_S` plus one write),
so kill -9 costs less than two seconds. The writer sleeps between commits and is woken only by a
flood; a replay that is faster than the disk is held back in `Recorder.put`.

With less than `SPARE_BYTES` left on the disk, or when it is full, raw data are no longer kept: what
is left is for steps, cues and ticks (some 11 MB an hour; raw data of one sensor are 12 to 60). Raw
data do not come back in the same session, for a replay must not have a hole. On a full disk the
rest waits in memory until there is room, some 50,000 items of it (half an hour).
"""

import queue
import shutil
import threading
from collections import deque
from pathlib import Path

from livecoach.errors import StoreError, StoreFullError
from livecoach.model import Event, Input, Payload
from livecoach.store.header import Header, Summary
from livecoach.store.writer import SessionWriter

INTERVAL_S = 0.8
BATCH = 5_000
MOST_WAITING = 50_000
PATIENCE_S = 5.0
SPARE_BYTES = 50_000_000
"""Steps, cues and ticks of four hours."""


class Recorder:
    """Records one session at ``path``.

    `put` and `close` belong to one thread. When writing fails for good (file removed, disk full to
    the end) the session goes on: ``error`` says what happened, and from then on `put` only counts
    ``lost``.

    Parameters
    ----------
    path
        The file, which must not exist yet.
    header
        What decides the session.
    spare_bytes
        What must be left on the disk for raw data to be kept.

    Raises
    ------
    StoreError
        The file cannot be created at all.
    """

    def __init__(self, path: Path, header: Header, spare_bytes: int = SPARE_BYTES) -> None:
        self.path = path
        self.error: StoreError | None = None
        self._writer = SessionWriter(path, header)
        self._queue: queue.SimpleQueue[Input | Event] = queue.SimpleQueue()
        self._pending: list[Input | Event] = []
        self._news: deque[str] = deque()
        self._spare_bytes = spare_bytes
        self._raw = True
        self._full = False
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
        """How many items were not kept: raw data left out, and all after ``error`` or `close`."""
        return self._refused + self._dropped + (0 if self._open else self._queue.qsize())

    def news(self) -> list[str]:
        """Return what the person must know since the last call, a line each."""
        return [self._news.popleft() for _ in range(len(self._news))]

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
        try:
            while True:
                # whether it ends is asked before looking: what was put before `close` is then seen
                summary = self._summary
                taken = self._take()
                if self._pending:
                    self._keep(last=summary is not None and not taken)
                    self._stuck = False
                    self._room.set()
                elif summary is not None:
                    self._writer.finish(summary)
                    break
                if taken < BATCH and summary is None:
                    self._wake.wait(INTERVAL_S)
                    self._wake.clear()
        except StoreError as exc:
            self.error = exc
            self._dropped += len(self._pending)
        finally:
            self._open = False
            self._room.set()
            self._writer.close()

    def _take(self) -> int:
        """Add what waits to what is pending; return how many they were."""
        taken = 0
        try:
            while taken < BATCH:
                self._pending.append(self._queue.get_nowait())
                taken += 1
        except queue.Empty:
            pass
        return taken

    def _keep(self, *, last: bool) -> None:
        """Write what is pending; raises when it can't be and this is the ``last`` chance."""
        if self._raw:
            free_bytes = self._free_bytes()
            if free_bytes < self._spare_bytes:
                self._end_raw(f"The disk is nearly full ({free_bytes / 1e6:.0f} MB left)")
        try:
            try:
                self._write()
            except StoreFullError:
                if not self._raw:
                    raise
                self._end_raw("The disk is full")
                self._write()
        except StoreFullError:
            if last or len(self._pending) > MOST_WAITING:
                raise
            if not self._full:
                self._news.append("The disk takes nothing more: what comes waits for room on it.")
            self._full = True
            self._thin()
            return
        self._full = False
        self._pending.clear()

    def _write(self) -> None:
        """Write what is pending, without raw data when there is no more room for those."""
        self._writer.write(self._pending, raw=self._raw)
        if not self._raw:
            self._dropped += sum(isinstance(item, Payload) for item in self._pending)

    def _thin(self) -> None:
        """Let go of raw data that wait in vain, but for the first: it tells where they end."""
        first = next((item for item in self._pending if isinstance(item, Payload)), None)
        if self._writer.raw_end is not None:
            first = None
        kept = [item for item in self._pending if item is first or not isinstance(item, Payload)]
        self._dropped += len(self._pending) - len(kept)
        self._pending = kept

    def _end_raw(self, why: str) -> None:
        self._raw = False
        self._news.append(f"{why}: sensor data are no longer recorded; steps and cues still are.")

    def _free_bytes(self) -> int:
        try:
            return shutil.disk_usage(self.path.parent).free
        except OSError:  # writing will tell what is wrong
            return self._spare_bytes
