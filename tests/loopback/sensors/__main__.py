"""``python -m tests.loopback.sensors``: a private bus with emulated sensors, and a prompt."""

import argparse
import asyncio
import json
import os
import shlex
import signal
import sys
import tempfile
import threading
from pathlib import Path

from tests.loopback.bluez.adapter import BlueZ
from tests.loopback.bluez.daemon import private_bus
from tests.loopback.sensors import SENSORS, wear
from tests.loopback.sensors.commands import HELP, World
from tests.loopback.sensors.person import Person


def main() -> int:
    """Run the sensors until told to quit; return 0."""
    options = _options()
    if options.serve:
        asyncio.run(_serve(options, options.serve))
        return 0
    with (
        tempfile.TemporaryDirectory(prefix="sensors-") as folder,
        private_bus(Path(folder)) as bus,
    ):
        asyncio.run(_serve(options, bus.address))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.loopback.sensors",
        description=__doc__,
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, default=None, help="end after so long")
    parser.add_argument(
        "--only",
        nargs="*",
        default=[],
        metavar="KEY",
        help=f"these sensors, separated by blanks or commas: {', '.join(SENSORS)}",
    )
    parser.add_argument("--no-adapter", action="store_true", help="a machine without Bluetooth")
    parser.add_argument("--serve", metavar="ADDRESS", help="for tests: on this bus, in JSON")
    return parser.parse_args()


async def _serve(options: argparse.Namespace, address: str) -> None:
    bluez = BlueZ(adapter=not options.no_adapter)
    person = Person()
    sensors = [wear(bluez, person, spec) for spec in _wanted(options.only)]
    world = World(bluez, person, sensors)
    await bluez.open(address)
    lines = _input()
    if not options.serve:
        print(f"export DBUS_SYSTEM_BUS_ADDRESS={address}")
        print(f"{', '.join(s.device.name for s in sensors)}. Say help, or quit.", flush=True)
    try:
        async with asyncio.timeout(options.seconds):
            while line := await lines.get():
                if line.strip() == "quit":
                    break
                if line.strip():
                    print(_answer(world, line, options.serve), flush=True)
    except TimeoutError:
        pass
    finally:
        await bluez.bus.close()


def _wanted(only: list[str]) -> list[str]:
    """Return what to wear; a comma separates keys, but belongs to the options after a colon."""
    found = [key for word in only for key in ([word] if ":" in word else word.split(","))]
    return found or list(SENSORS)


def _answer(world: World, line: str, serve: str | None) -> str:
    try:
        done = world.obey(json.loads(line) if serve else shlex.split(line))
    except (ValueError, TypeError) as error:
        return json.dumps({"error": str(error)}) if serve else str(error)
    if serve:
        return json.dumps({"done": done})
    return done if isinstance(done, str) else "ok" if done is None else json.dumps(done, indent=1)


def _input() -> asyncio.Queue[str]:
    """Return the lines of the standard input as they come; at its end or Ctrl-C an empty one."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop.add_signal_handler(signal.SIGINT, lines.put_nowait, "")
    loop.add_signal_handler(signal.SIGTERM, lines.put_nowait, "")

    def read() -> None:
        rest = b""
        while part := os.read(sys.stdin.fileno(), 4096):
            *whole, rest = (rest + part).split(b"\n")
            for line in whole:
                loop.call_soon_threadsafe(lines.put_nowait, line.decode() + "\n")
        loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, daemon=True).start()
    return lines


if __name__ == "__main__":
    sys.exit(main())
