"""A runner's way out in a process of its own: ``PORT OUTBOX [FIRST COUNT RATE_HZ]``.

It puts the numbers FIRST, FIRST + 1, ... and prints each once it is committed; with COUNT 0 it only
sends what waits. It ends when everything was taken, after printing ``done``.
"""

import asyncio
import sys
from pathlib import Path

from tests.loopback.broker_rig import broker, until


async def main(port: int, path: Path, first: int, count: int, rate_hz: float) -> None:
    """Publish."""
    sink = broker(port, path)
    sink.start()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    for n in range(count):
        sink.put("livecoach/v1/club/ann/strides", b"%d" % (first + n))
        sys.stdout.write(f"{first + n}\n")
        sys.stdout.flush()
        await asyncio.sleep(max(0.0, began_s + (n + 1) / rate_hz - loop.time()))
    await until(lambda: not sink.waiting)
    await sink.close()
    sys.stdout.write("done\n")


if __name__ == "__main__":
    port, path, *rest = sys.argv[1:]
    first, count, rate_hz = rest or ("0", "0", "1")
    asyncio.run(main(int(port), Path(path), int(first), int(count), float(rate_hz)))
