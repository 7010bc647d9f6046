"""Single keys from the terminal, each with the moment it came; the terminal is left as it was."""

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeAlias

from livecoach.errors import ConfigError

if sys.platform == "win32":
    import msvcrt
else:
    import termios
    import tty

Wait: TypeAlias = Callable[[float], bool]
"""Waits so many seconds, or less when space or Enter is pressed; then it returns True."""

_POLL_S = 0.002
_TAPS = frozenset(b" \r\n")


@contextmanager
def taps() -> Iterator[Wait]:
    """Read the keyboard key by key meanwhile; whatever ends it, the terminal is as before.

    Raises
    ------
    ConfigError
        Standard input is no terminal.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise ConfigError("calibrate audio", "needs a terminal to tap in; or listen with --mic")
    if sys.platform == "win32":
        yield _wait_windows
        return
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    with _stopped_by_signals():
        try:
            tty.setcbreak(keyboard, termios.TCSANOW)
            yield lambda timeout_s: _wait(keyboard, timeout_s)
        finally:
            with contextlib.suppress(termios.error):  # the terminal itself may be gone
                termios.tcflush(keyboard, termios.TCIFLUSH)
                termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _wait(keyboard: int, timeout_s: float) -> bool:
    if not select.select([keyboard], [], [], timeout_s)[0]:
        return False
    keys = os.read(keyboard, 64)
    if not keys:
        raise KeyboardInterrupt  # the terminal was closed
    return not _TAPS.isdisjoint(keys)


def _wait_windows(timeout_s: float) -> bool:
    if sys.platform == "win32":
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if msvcrt.kbhit():
                key = msvcrt.getch()
                if key == b"\x03":
                    raise KeyboardInterrupt
                return key in {b" ", b"\r", b"\n"}
            time.sleep(_POLL_S)
    return False


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Let the signals that would end the program at once end it as Ctrl-C does."""
    before = {sig: signal.signal(sig, _interrupt) for sig in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
