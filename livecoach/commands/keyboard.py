"""Keys pressed while a session runs, as commands: one press, one command, at once."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from livecoach.model import Command, Input

if sys.platform == "win32":
    import msvcrt
else:
    import termios
    import tty

KEYS: Final = {
    "m": ("mute", "toggle"),
    "b": ("beats", "toggle"),
    "c": ("cues", "toggle"),
    "q": ("stop", ""),
}
HELP: Final = "Keys: m mute, b beats on/off, c spoken cues on/off, q end the run."
_LOOK_S = 0.05


class Keyboard:
    """The terminal's keys; a `LiveDoor` that no sensor is behind."""

    name = "keyboard"

    async def run(self, put: Callable[[Input], None], now: Callable[[], float]) -> None:
        """Serve until cancelled or the terminal is closed; it is left as it was."""
        if sys.platform == "win32":
            while True:
                while msvcrt.kbhit():
                    _press(msvcrt.getch(), put, now)
                await asyncio.sleep(_LOOK_S)
        keyboard, loop = sys.stdin.fileno(), asyncio.get_running_loop()
        closed = asyncio.Event()

        def read() -> None:
            keys = b""
            with suppress(OSError):
                keys = os.read(keyboard, 64)
            if keys:
                _press(keys, put, now)
            else:
                closed.set()

        with _key_by_key(keyboard):
            loop.add_reader(keyboard, read)
            try:
                await closed.wait()
            finally:
                loop.remove_reader(keyboard)

    def restart(self, source: str) -> None:
        """Do nothing: no sensor is here."""

    def hear(self, t: float) -> None:
        """Do nothing: nobody listens here."""


def present() -> bool:
    """Tell whether there is a terminal whose keys are meant for this program."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    if sys.platform == "win32":
        return True
    # Touched from the background, the terminal that controls a program stops it (SIGTTOU).
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # a terminal, but not the one in control
        return True


def _press(keys: bytes, put: Callable[[Input], None], now: Callable[[], float]) -> None:
    for key in keys.decode("ascii", "ignore").lower():
        if key in KEYS:
            put(Command(0, now(), *KEYS[key]))


@contextmanager
def _key_by_key(keyboard: int) -> Iterator[None]:
    """Have keys read as they are pressed, and not shown, meanwhile."""
    if sys.platform == "win32":
        yield
        return
    before = termios.tcgetattr(keyboard)
    tty.setcbreak(keyboard, termios.TCSANOW)
    try:
        yield
    finally:
        with suppress(termios.error):  # the terminal itself may be gone
            termios.tcflush(keyboard, termios.TCIFLUSH)
            termios.tcsetattr(keyboard, termios.TCSANOW, before)
