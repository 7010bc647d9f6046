"""Print what music costs: finding the tempo, rendering, and how long a part holds the interpreter.

Songs are synthetic, rendered by one worker on one core; the figures are of the machine at hand.
"""

import tempfile
import threading
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from livecoach.sinks.song import Song
from livecoach.sound.music import Part
from tests.sound.songs import save, song

RATE_HZ = 48_000
PARTS = 40
RATIO = 1.045
PART_S = 0.5


def longest_hold_s(stop: threading.Event, out: list[float]) -> None:
    """Note the longest time this thread did not get to run."""
    last = time.perf_counter()
    worst = 0.0
    while not stop.is_set():
        time.sleep(0.0005)
        now = time.perf_counter()
        worst, last = max(worst, now - last), now
    out.append(worst)


def main() -> None:
    """Measure and print."""
    table = Table("song", "to open and find the tempo, s", "real-time factor", "longest hold, ms")
    for ending, file_hz in (("wav", 48_000), ("flac", 44_100), ("ogg", 44_100)):
        with tempfile.TemporaryDirectory() as folder:
            path = save(Path(folder) / f"song.{ending}", song(88.0, 0.2, 90.0, file_hz), file_hz)
            start = time.process_time()
            opened = Song(path, None, RATE_HZ)
            open_s = time.process_time() - start
            stop, holds = threading.Event(), list[float]()
            watch = threading.Thread(target=longest_hold_s, args=(stop, holds))
            watch.start()
            start = time.thread_time()
            for n in range(PARTS):
                opened.render(Part(n * PART_S * RATIO, RATIO), round(PART_S * RATE_HZ))
            factor = (time.thread_time() - start) / (PARTS * PART_S)
            stop.set()
            watch.join()
            opened.close()
        cells = (f"{open_s:.2f}", f"{factor:.3f}", f"{1e3 * holds[0]:.0f}")
        table.add_row(f"{ending}, {file_hz} Hz to {RATE_HZ} Hz", *cells)
    Console().print(table)


if __name__ == "__main__":
    main()
