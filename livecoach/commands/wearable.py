"""``livecoach run`` with a ``[wearable]`` section: run after run, a button in between.

Meant as a service: it says when it is ready and that it is alive (`livecoach.sinks.service`), only
while sessions get on. A run begins with the power (or the button), ends with the button, and the
next one begins with it. What cannot be had (button, lamp, disk) is done without, and said.
"""

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from livecoach.coach.phrases import Phrases, english
from livecoach.commands import run as command
from livecoach.config import Config, WearableConfig, settled
from livecoach.model import Event, Notice
from livecoach.session import Outcome, Plan
from livecoach.session import run as run_session
from livecoach.session.known import stored_offsets, stored_profile
from livecoach.sinks.heartbeat import Heartbeat
from livecoach.sinks.lamp import Lamp
from livecoach.sinks.service import Service
from livecoach.sources.button import Button
from livecoach.sources.status import Status
from livecoach.store.memory import in_memory, writable

_LOOK_S: Final = 0.1
_ENOUGH_S: Final = 0.5


class Panel:
    """The button and the lamp, each as far as there is one."""

    def __init__(self, config: WearableConfig) -> None:
        self.button: Button | None = None
        self.lamp: Lamp | None = None
        self._devices: list[Any] = []
        try:
            gpio: Any = import_module("gpiozero")
            if config.button_gpio is not None:
                contact = gpio.DigitalInputDevice(config.button_gpio, pull_up=True)
                self._devices.append(contact)
                self.button = Button(contact, say)
            if config.lamp_gpio is not None:
                led = gpio.LED(config.lamp_gpio)
                self._devices.append(led)
                self.lamp = Lamp(led)
        except ImportError:
            say("No button and no lamp: gpiozero is missing (pip install 'livecoach[pi]').")
        except Exception as exc:  # noqa: BLE001 - gpiozero and its backends raise anything
            say(f"No button and no lamp: {' '.join(str(exc).split()) or type(exc).__name__}.")

    def close(self) -> None:
        """Let go of the pins."""
        for device in self._devices:
            device.close()


class Journal:
    """An observer that prints what the session has to say."""

    def update(self, event: Event) -> None:
        """Print a notice."""
        if isinstance(event, Notice):
            say(event.text)

    def tick(self, t: float) -> None:
        """Do nothing."""


def serve(config: Config, folder: Path) -> int:
    """Run until told to end; return the exit code."""
    service = Service()
    wearable = config.wearable or WearableConfig()
    panel = Panel(wearable)
    folder, volatile = _place(folder)
    waiting = wearable.start == "button"
    if waiting and panel.button is None:
        say("A run begins with the button, but there is none: it begins now.")
    try:
        while True:
            if waiting and panel.button is not None:
                service.status("Waiting for the button.")
                if not asyncio.run(_pressed(panel, service)):
                    return command.INTERRUPTED
            outcome = asyncio.run(_session(config, folder, panel, service, volatile=volatile))
            service.alive()
            for line in command.closing_lines(outcome):
                say(line)
            waiting = panel.button is not None
            enough = config.seconds is not None and outcome.duration_s > config.seconds - _ENOUGH_S
            if outcome.reason == "interrupted" or enough or not waiting:
                return command.exit_code(outcome)
    finally:
        service.stopping()
        panel.close()


def say(line: str) -> None:
    """Print a line for the journal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _place(folder: Path) -> tuple[Path, bool]:
    """Return where sessions are kept, and whether that is in memory only."""
    if not writable(folder):
        spare = Path(tempfile.gettempdir()) / "livecoach"
        say(f"{folder} cannot be written: runs are kept in {spare} until the power goes.")
        return spare, True
    if in_memory(folder):
        say(f"{folder} is in memory: runs are kept until the power goes (a sealed system).")
        return folder, True
    return folder, False


async def _session(
    config: Config, folder: Path, panel: Panel, service: Service, *, volatile: bool
) -> Outcome:
    """Run one session with everything that belongs to the box."""
    doors = command.open_all(config)
    command.let_speak(doors, say)
    plan = Plan(
        config=config,
        profile=stored_profile(config),
        offsets_s=stored_offsets(),
        record_in=folder,
    )
    words = settled(config).coach.phrases
    status = Status(words if isinstance(words, Phrases) else english(), in_memory=volatile)
    heartbeat = Heartbeat(service.alive, time.monotonic)
    service.status(f"Run {plan.session_id}.")
    say(f"Run {plan.session_id}: {', '.join(d.name for d in doors)}")
    button, lamp = panel.button, panel.lamp
    if lamp is not None:
        lamp.begin()
    controls = (status,) if button is None else (status, button)
    seeing = (heartbeat, Journal(), *controls)
    observers = seeing if lamp is None else (*seeing, lamp)
    return await run_session(plan, doors, say, observers, controls)


async def _pressed(panel: Panel, service: Service) -> bool:
    """Wait for the button; False when told to end instead."""
    loop, asked_to_end = asyncio.get_running_loop(), asyncio.Event()
    if panel.button is None:
        return True
    press = asyncio.create_task(_press(panel.button))
    beat = Heartbeat(service.alive, loop.time)
    start_s = loop.time()
    with _on_signals(loop, asked_to_end):
        while not asked_to_end.is_set() and not press.done():
            t = loop.time() - start_s
            beat.tick(t)
            if panel.lamp is not None:
                panel.lamp.show("idle", t)
            await asyncio.wait({press}, timeout=_LOOK_S)
    press.cancel()
    return not asked_to_end.is_set()


async def _press(button: Button) -> None:
    while await button.next() != "press":
        pass


@contextmanager
def _on_signals(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> Iterator[None]:
    signals = (signal.SIGINT, signal.SIGTERM)
    for sig in signals:
        loop.add_signal_handler(sig, event.set)
    try:
        yield
    finally:
        for sig in signals:
            loop.remove_signal_handler(sig)
