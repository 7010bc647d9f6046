"""The computer itself: system, limits, power, heat, time, disk."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from livecoach.commands.probes.base import Check, Machine, Needs, Status
from livecoach.store.memory import in_memory, writable
from livecoach.store.places import sessions_dir

_HOT_C, _TOO_HOT_C = 75.0, 82.0
_FREE_WARN, _FREE_FAIL = 1_000_000_000, 100_000_000
_RT_PRIORITY: Final = 70
_POWER = "use a supply and a cable that give 5 V at 2.5 A, or a better boost converter"


def system(machine: Machine, needs: Needs) -> Iterator[Check]:
    """Kernel, board and Python with its extras."""
    board = f" on a {machine.board}" if machine.board else ""
    uname = platform.uname()
    yield Check("kernel", "ok", f"{uname.system} {uname.release}, {uname.machine}{board}")
    yield Check("python", "ok", f"Python {platform.python_version()} at {sys.executable}")
    wanted = {"sounddevice": "", "rtmixer": "", "bleak": "", "py_nanotts": ""}
    if sys.platform == "darwin":
        del wanted["py_nanotts"]
    wired = bool(needs.chips) or machine.is_pi
    wanted |= {"smbus2": "[pi]"} if wired else {}
    wanted |= {"gpiozero": "[pi]"} if needs.button or machine.is_pi else {}
    missing = {name: extra for name, extra in wanted.items() if find_spec(name) is None}
    if not missing:
        yield Check("packages", "ok", f"{', '.join(wanted)} are installed")
        return
    needed = {"smbus2"} if needs.chips else set()
    extra = next(filter(None, missing.values()), "")
    yield Check(
        "packages",
        "fail" if needed & set(missing) else "warn",
        f"not installed: {', '.join(missing)}",
        f"pip install 'livecoach{extra}'",
    )


def realtime(machine: Machine, needs: Needs) -> Iterator[Check]:
    """Whether the sound's thread may go before others."""
    del machine, needs
    if sys.platform != "linux":
        return
    resource = __import__("resource")
    allowed = resource.getrlimit(resource.RLIMIT_RTPRIO)[0]
    if allowed == resource.RLIM_INFINITY or allowed >= _RT_PRIORITY or os.geteuid() == 0:
        yield Check("realtime", "ok", "real-time priority is allowed")
        return
    yield Check(
        "realtime",
        "warn",
        f"real-time priority up to {allowed} only: sound may have gaps under load",
        "copy hw/pi/limits.d/livecoach.conf to /etc/security/limits.d and log in again",
    )


def power(machine: Machine, needs: Needs) -> Iterator[Check]:
    """Under-voltage, as the Pi's firmware or its driver sees it."""
    del needs
    flags = _throttled(machine)
    alarms = [
        machine.read(f"/{path.relative_to(machine.root).parent}/in0_lcrit_alarm")
        for path in machine.all("/sys/class/hwmon/hwmon*/name")
        if path.read_text().strip() == "rpi_volt"
    ]
    if flags is None and not alarms:
        return
    now = bool((flags or 0) & 0x1) or "1" in alarms
    before, slowed = bool((flags or 0) & 0x10000), bool((flags or 0) & 0x4)
    if now:
        yield Check("voltage", "fail", "the supply is too weak right now", _POWER)
    elif before or slowed:
        what = "was too weak since the start" if before else "is fine, but the clock is held back"
        yield Check("voltage", "warn", f"the supply {what}", _POWER)
    else:
        yield Check("voltage", "ok", "the supply holds its voltage")


def heat(machine: Machine, needs: Needs) -> Iterator[Check]:
    """How hot it is."""
    del needs
    temps: list[float] = []
    for path in machine.all("/sys/class/thermal/thermal_zone*/temp"):
        with suppress(OSError, ValueError):
            temps.append(int(path.read_text()) / 1000.0)
    if not temps:
        return
    hottest = max(temps)
    way_out = "" if hottest < _HOT_C else "let air to it; a case of metal helps"
    status: Status = "ok" if hottest < _HOT_C else "warn" if hottest < _TOO_HOT_C else "fail"
    yield Check("temperature", status, f"{hottest:.0f} degrees Celsius", way_out)


def clock(machine: Machine, needs: Needs) -> Iterator[Check]:
    """Whether the wall clock has been set: a Pi has none that runs without power."""
    del needs
    if sys.platform != "linux":
        return
    if machine.at("/run/systemd/timesync/synchronized").exists():
        yield Check("clock", "ok", "the clock is set from the network")
    elif machine.all("/dev/rtc*"):
        yield Check("clock", "ok", "the clock runs on a battery; not set from the network")
    else:
        yield Check(
            "clock",
            "warn",
            "the clock was not set from the network: runs get a wrong date (their timing is right)",
            "connect to a network once after switching on",
        )


def disk(machine: Machine, needs: Needs) -> Iterator[Check]:
    """Where runs are kept: writable, room enough, and not in memory only."""
    del needs
    folder = sessions_dir()
    if not writable(folder):
        way_out = f"make it writable for {Path.home().name}, or name another with --session"
        yield Check("disk", "fail", f"{folder} cannot be written", way_out)
        return
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.1f} GB free for {folder}"
    if free < _FREE_WARN:
        status: Status = "fail" if free < _FREE_FAIL else "warn"
        yield Check("disk", status, text, "livecoach sessions --prune 30d, or a larger card")
    else:
        yield Check("disk", "ok", text)
    if in_memory(folder, machine.at("/proc/self/mounts")):
        yield Check(
            "memory",
            "warn",
            f"{folder} is in memory: runs are lost when the power goes, and so are new pairings",
            "send strides to a broker, or unseal the system (raspi-config, overlay file system)",
        )


def _throttled(machine: Machine) -> int | None:
    """Ask the firmware; None when there is none to ask."""
    program = machine.at("/usr/bin/vcgencmd")
    if not program.exists():
        return None
    with suppress(OSError, ValueError, subprocess.SubprocessError):
        asked = [str(program), "get_throttled"]
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            asked, capture_output=True, text=True, timeout=2, check=True
        )
        return int(done.stdout.partition("=")[2], 16)
    return None
