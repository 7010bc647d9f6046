"""The event loop that the program runs on."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


def run_loop(main: Coroutine[None, None, T]) -> T:
    """Run ``main`` to its end, like `asyncio.run`.

    On Windows on a selector loop: aiomqtt watches its socket with ``add_reader``, which the usual
    loop there does not have (it would fail as a bare time-out). That loop starts no subprocesses,
    so there is no speech there.
    """
    factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)
