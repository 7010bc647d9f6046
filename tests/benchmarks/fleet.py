"""Print how a fleet's size weighs on the monitor: ``python -m tests.benchmarks.fleet [SIZES]``.

Simulated runners (one live message and one batch of strides each second, evenly spread) report to a
real mosquitto from a process of their own. Latency is from the moment of publishing to the moment a
page has the parsed frame: a page in headless Chromium, which draws its tiles meanwhile, and a plain
reader of the stream. CPU is the monitor's, in percent of one core. Everything shares the machine.
"""

import asyncio
import json
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray
from playwright.async_api import Browser, async_playwright
from rich.console import Console
from rich.table import Table

from livecoach.wire.topics import write
from tests.loopback.mosquitto_rig import mosquitto
from tests.monitor.runners import FakeRunner
from tests.monitor.servers import monitor
from tests.monitor.site import stream

SIZES = (1, 100, 1_000, 5_000)
SETTLE_S, MEASURE_S = 5.0, 12.0
_SLICES = 50
_IN_PAGE = """() => {
  window.late = [];
  new EventSource("/events").onmessage = (event) => {
    const frame = JSON.parse(event.data);
    const now = Date.now() / 1000;
    if (!frame.full) for (const t of frame.runners || []) late.push(now - Number(t.cue.phrase));
  };
}"""


def packet(topic: str, payload: bytes) -> bytes:
    """Return an MQTT PUBLISH, QoS 0."""
    name = topic.encode()
    body = struct.pack(">H", len(name)) + name + payload
    size, left = b"", len(body)
    while True:
        left, digit = divmod(left, 128)[0], left % 128
        size += bytes([digit | (128 if left else 0)])
        if not left:
            return b"\x30" + size + body


async def generate(port: int, count: int, seconds: float) -> None:
    """Publish for so many runners; the time of sending travels as the phrase of the last cue."""
    _, out = await asyncio.open_connection("127.0.0.1", port)
    hello = b"\x00\x04MQTT\x04\x02\xff\xff" + struct.pack(">H", 3) + b"gen"
    out.write(b"\x10" + bytes([len(hello)]) + hello)
    runners = [FakeRunner(f"runner {k:04d}", rate_spm=160.0 + k % 20) for k in range(count)]
    began_s = time.monotonic()
    slot = 0
    while time.monotonic() - began_s < seconds:
        t = slot / _SLICES
        for runner in runners[slot % _SLICES :: _SLICES]:
            runner.more = {"cue_kind": "speech", "cue_phrase": f"{time.time():.4f}", "cue_age_s": 0}
            out.write(packet(runner.topic("live"), write(runner.live(t))))
            out.write(packet(runner.topic("strides"), write(runner.strides(t))))
        await out.drain()
        slot += 1
        await asyncio.sleep(max(0.0, began_s + slot / _SLICES - time.monotonic()))
    behind_s = time.monotonic() - began_s - slot / _SLICES
    print(json.dumps({"messages": 2 * count * slot / _SLICES, "behind_s": behind_s}))
    out.close()


async def listen(port: int, late_s: list[float]) -> None:
    """Read a page's stream and note how late each tile comes."""
    async with stream(port, "/events") as reader:
        while line := await reader.readline():
            if not line.startswith(b"data: "):
                continue
            frame = json.loads(line[6:])
            now_s = time.time()
            if not frame.get("full"):
                late_s += [now_s - float(r["cue"]["phrase"]) for r in frame.get("runners", [])]


async def measure(count: int, browser: Browser) -> dict[str, Any]:
    """Run one size; return its figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mosquitto(Path(folder) / "broker") as rig,
        monitor(Path(folder), "--broker", f"mqtt://127.0.0.1:{rig.port}") as coach,
    ):
        seconds = SETTLE_S + MEASURE_S + 5.0
        generator = subprocess.Popen(  # noqa: ASYNC220 (starts at once)
            [
                sys.executable,
                "-m",
                __spec__.name,
                "generate",
                str(rig.port),
                str(count),
                str(seconds),
            ],
            stdout=subprocess.PIPE,
        )
        late_s: list[float] = []
        port = int(coach.url.rstrip("/").rpartition(":")[2])
        page = await browser.new_page(viewport={"width": 1360, "height": 900})
        await page.goto(coach.url)
        await asyncio.sleep(SETTLE_S)
        listening = asyncio.create_task(listen(port, late_s))
        await page.evaluate(_IN_PAGE)
        await asyncio.sleep(2.0)  # whole snapshots are not what is measured
        late_s.clear()
        await page.evaluate("window.late.length = 0")
        process = psutil.Process(coach.pid)
        cpu_s, began_s = sum(process.cpu_times()[:2]), time.monotonic()
        await asyncio.sleep(MEASURE_S)
        busy = (sum(process.cpu_times()[:2]) - cpu_s) / (time.monotonic() - began_s)
        drawn_s = await page.evaluate("window.late")
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await page.close()
        out, _ = await asyncio.to_thread(generator.communicate)
        return {
            "late_s": np.array(late_s),
            "drawn_s": np.array(drawn_s),
            "cpu_percent": 100.0 * busy,
            "rss_mb": process.memory_info().rss / 1e6,
            "heard_per_s": len(late_s) / (MEASURE_S),
            "behind_s": json.loads(out)["behind_s"],
        }


def _percentiles_ms(found_s: NDArray[np.float64]) -> str:
    """Return p50/p99 in ms; a machine too slow for so many runners shows none in time."""
    if not len(found_s):
        return "none in time"
    return "/".join(f"{1e3 * x:.0f}" for x in np.percentile(found_s, [50, 99]))


async def main(sizes: list[int]) -> None:
    """Measure and print."""
    columns = ("runners", "stream p50/p99, ms", "Chromium p50/p99, ms", "monitor CPU, %", "RSS, MB")
    table = Table(*columns, "tiles/s", "generator behind, s", title="Broker to page")
    async with async_playwright() as playwright:
        program = shutil.which("chromium")
        for count in sizes:
            browser = await playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"]
            )
            found = await measure(count, browser)
            await browser.close()
            cells = [_percentiles_ms(found[name]) for name in ("late_s", "drawn_s")]
            numbers = (f"{found[k]:.0f}" for k in ("cpu_percent", "rss_mb", "heard_per_s"))
            table.add_row(str(count), *cells, *numbers, f"{found['behind_s']:.1f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    if sys.argv[1:2] == ["generate"]:
        asyncio.run(generate(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
    else:
        asyncio.run(main([int(x) for x in sys.argv[1:]] or list(SIZES)))
