"""A day of the pod in virtual time: no sample may be mis-timed by more than one period.

Both clocks wrap (the packets' microseconds every 71.6 min, the sensor's ticks once), the sensor is
1.3 % fast and swings by 300 millionths every hour, the board stalls 2 s every ten minutes (its
FIFO runs over), the radio is silent 4 s every 700 s, and the board's clock may be read to a whole
Arduino tick only. `python -m tests.hw.day`, part of `make soak`.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from livecoach.wire import pod_control
from tests.hw.core import make
from tests.hw.virtual import Frame, packets, run

_HOURS = 24
_PERIOD_US = 1e6 / 208
_BOARD_US, _TICKS = 4_000_000_000, 2_600_000_000
_WRAPS = (_BOARD_US + _HOURS * 3600 * 1_000_000) // 2**32


def day(host: Path, micros_step: int) -> bool:
    """Run one day and print its figures; whether every sample was on time."""
    began_s, others = time.monotonic(), list[Frame]()
    n = gaps = holes = wraps = 0
    worst_us, squares, before = 0.0, 0.0, None
    options = ("--seconds", _HOURS * 3600, "--sensor-ppm", 13000, "--swing-ppm", 300)
    clocks = ("--board-us", _BOARD_US, "--ticks", _TICKS, "--micros-step", micros_step)
    trouble = ("--stall-every", 600, "--stall", 2, "--mute-every", 700, "--mute", 4)
    for packet in packets(run(host, *options, *clocks, *trouble), others):
        error_us = packet.error_us(_BOARD_US)
        worst_us = max(worst_us, float(np.abs(error_us).max()))
        squares += float(np.dot(error_us, error_us))
        n += len(error_us)
        gaps += packet.packet.overrun
        if before is not None:
            told = packet.packet.dropped
            holes += packet.packet.count != (before.count + 1) & 0xFFFF and not told
            wraps += packet.packet.first_us < before.first_us
        before = packet.packet
    counters = pod_control.parse_counters([f.data for f in others if f.kind == "c"][-1])
    ticks = _HOURS * 3600 * 40_000 * 1.013
    sys.stdout.write(
        f"{_HOURS} h, board clock read to {micros_step} us: {n} samples, {counters.overruns}"
        f" overruns, {counters.dropped} dropped and told, {gaps} breaks told, {holes} untold,"
        f" {wraps} wraps of microseconds, {int((_TICKS + ticks) // 2**32)} of ticks;"
        f" mis-timed by {(squares / n) ** 0.5:.0f} us rms, {worst_us:.0f} us at worst"
        f" (a period is {_PERIOD_US:.0f} us); {time.monotonic() - began_s:.0f} s\n"
    )
    sys.stdout.flush()
    return worst_us < _PERIOD_US and holes == 0 and wraps == _WRAPS and counters.overruns > 100


def main() -> int:
    """Run a day on a fine clock and one on a coarse one; 1 when a sample was mis-timed."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        make("host", out)
        good = [day(out / "pod_host", step) for step in (1, 977)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
