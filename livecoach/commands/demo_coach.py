"""``livecoach demo --coach``: a broker, three simulated runners and the coach's page on one laptop.

Each runner is a session in a process of its own, as elsewhere; only the first one sounds. They end
by themselves when this process does, however it ends.
"""

import multiprocessing
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import webbrowser
from asyncio import sleep
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import Struct

from livecoach import config as configuration
from livecoach.commands.loop import run_loop
from livecoach.commands.monitor import page_program
from livecoach.commands.run import open_all
from livecoach.commands.shipped import shipped
from livecoach.config import Config
from livecoach.errors import LivecoachError
from livecoach.monitor.embedded import LOOPBACK, embedded_broker
from livecoach.session import Plan
from livecoach.session import run as run_session
from livecoach.session.known import stored_offsets, stored_profile
from livecoach.sinks.broker.address import parse_address
from livecoach.sinks.broker.client import Login
from livecoach.store.places import HOME

GROUP = "demo"
_PAGE_PORT = 8765
_LONGEST_S = 3600.0
"""Without a sound card it writes a WAV of 0.3 GB an hour: not for ever."""
_GOODBYE_S = 10.0
_LAST_LOOK_S = 1.0


class Runner(Struct, frozen=True):
    """Somebody who is not there: their own rate, what they aim at, how they answer beats."""

    name: str
    rate_spm: float
    speed_mps: float
    target: str
    answers: str


RUNNERS = (
    Runner("Ada", 164.0, 3.0, "+5%", "forget_s=300&heart_rate_bpm=148"),
    Runner("Ben", 171.0, 3.5, "+3%", "forget_s=40&ignore_ratio=0.4&heart_rate_bpm=161"),
    Runner("Cleo", 158.0, 2.7, "+7%", "follows=false&heart_rate_bpm=139"),
)


def demo_coach(*, seconds: float | None, out: Path, audio: str | None) -> int:
    """Run for so long (an hour), or until stopped; return the exit code."""
    serving = page_program()
    with _any_end_is_ctrl_c(), ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="livecoach-demo-"))
        with _deaf_to_ctrl_c():
            port = stack.enter_context(embedded_broker())
            url = f"mqtt://{LOOPBACK}:{port}"
            configs = [
                _config(k, r, url, seconds or _LONGEST_S, audio) for k, r in enumerate(RUNNERS)
            ]
            crew = stack.enter_context(_running(configs, out, Path(home)))
        _introduce()
        page = configuration.override(
            Config(), {"monitor.listen": f"{LOOPBACK}:{_page_port()}"}, "demo"
        ).monitor
        login = Login(parse_address(url), f"livecoach-monitor-{secrets.token_hex(4)}")
        place = serving.settle(page)
        run_loop(serving.serve(place, login, GROUP, _say, _show, until=_over(crew)))
    click.echo(f"The three sessions are kept in {out}: livecoach explain FILE")
    return 1 if any(process.exitcode for process in crew) else 0


def _config(k: int, runner: Runner, url: str, seconds: float, audio: str | None) -> Config:
    """Return the demo's configuration for one of them."""
    uri = f"sim:?step_rate_spm={runner.rate_spm:g}&speed_mps={runner.speed_mps:g}&{runner.answers}"
    own = {"step_rate_spm": runner.rate_spm, "speed_mps": runner.speed_mps, "steps": 400}
    changes = {
        "sources": [uri],
        "seconds": seconds,
        "seed": 1 + k,
        "runner.name": runner.name,
        "runner.baseline": own,
        "coach.target": runner.target,
        "broker.url": url,
        "broker.group": GROUP,
        "broker.allow": ["target", "say", "mode"],
        "audio.output": "null" if k else audio or "default",
    }
    return configuration.override(shipped("demo.toml"), changes, "demo")


@contextmanager
def _running(configs: Sequence[Config], out: Path, home: Path) -> Iterator[list[BaseProcess]]:
    """Run a process for each configuration; when this ends, none of them is left."""
    spawn = multiprocessing.get_context("spawn")
    crew: list[BaseProcess] = []
    try:
        for config in configs:
            told = (msgspec.to_builtins(config), str(out), str(home))
            crew.append(spawn.Process(target=_one, args=told, daemon=True, name=config.runner.name))
            crew[-1].start()
        yield crew
    finally:
        crew = [process for process in crew if process.pid is not None]
        for process in crew:
            process.terminate()  # a clean end: the session closes its file and says goodbye
        for process in crew:
            process.join(_GOODBYE_S)
            if process.is_alive():
                process.kill()
                process.join()


def _one(table: dict[str, Any], out: str, home: str) -> None:
    """Run one runner's session, in a process of its own."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()
    config = configuration.convert(table, "demo")

    def say(line: str) -> None:
        click.echo(f"{config.runner.name}: {line}", err=True)

    plan = Plan(
        config=config,
        profile=stored_profile(config),
        offsets_s=stored_offsets(),
        record_in=Path(out),
        wav_fallback=Path(out) / f"{config.runner.name}.wav",
    )
    # What waits for a broker that is gone with the demo is not to wait for the next one's.
    os.environ[HOME] = home
    try:
        run_loop(run_session(plan, open_all(config), say))
    except LivecoachError as exc:
        say(str(exc))
        sys.exit(1)


def _follow(parent: int) -> None:
    """End this process cleanly once the parent is gone."""
    connection.wait([parent])
    os.kill(os.getpid(), signal.SIGTERM)


async def _over(crew: Sequence[BaseProcess]) -> None:
    """Wait until every runner has stopped; then let the page be seen for a moment."""
    while any(process.is_alive() for process in crew):  # noqa: ASYNC110 (no event tells of it)
        await sleep(0.2)
    await sleep(_LAST_LOOK_S)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Start what must not hear Ctrl-C from the terminal: it is ended in order, later."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _any_end_is_ctrl_c() -> Iterator[None]:
    """Let a closed terminal and a plain kill end this as Ctrl-C does."""
    names = ("SIGTERM", "SIGHUP")
    ours = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = [signal.signal(number, signal.default_int_handler) for number in ours]
    try:
        yield
    finally:
        for number, handler in zip(ours, before, strict=True):
            signal.signal(number, handler)


def _page_port() -> int:
    """Return the usual port, or 0 (any) where it is taken."""
    with suppress(OSError), socket.create_server((LOOPBACK, _PAGE_PORT)):
        return _PAGE_PORT
    return 0


def _introduce() -> None:
    names = ", ".join(f"{r.name} at {r.rate_spm:g} (target {r.target})" for r in RUNNERS)
    click.echo(f"Three SIMULATED runners: {names}.")
    click.echo(
        "Time is compressed (configs/demo.toml); they consented to targets, words and modes."
    )
    others = " and ".join(r.name for r in RUNNERS[1:])
    click.echo(f"{RUNNERS[0].name} is heard here and hears your words; {others} run without sound.")


def _say(line: str) -> None:
    click.echo(line, err=True)


def _show(url: str) -> None:
    """Say where the page is, and open it where there is a browser with a window."""
    click.echo(f"The page: {url}  (Ctrl-C ends)")
    sys.stdout.flush()
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    if sys.platform in {"win32", "darwin"} or any(os.environ.get(name) for name in screens):
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
