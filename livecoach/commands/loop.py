"""What the program runs on: its event loop, and what of it is installed."""

import asyncio
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TypeVar

from livecoach.errors import ConfigError

T = TypeVar("T")


@contextmanager
def needs_extra(what: str, *modules: str) -> Iterator[None]:
    """Turn the absence of ``modules``, of the extra ``monitor``, into one line with the way out."""
    try:
        yield
    except ModuleNotFoundError as exc:
        if (exc.name or "").partition(".")[0] not in modules:
            raise
        ways = (
            'pip install "livecoach[monitor]", in a checkout .venv/bin/pip install -e ".[monitor]"'
        )
        raise ConfigError("monitor", f"{what} more: {ways}") from exc


def run_loop(main: Coroutine[None, None, T]) -> T:
    """Run ``main`` to its end, like `asyncio.run`.

    On Windows on a selector loop: aiomqtt watches its socket with ``add_reader``, which the usual
    loop there does not have (it would fail as a bare time-out). That loop starts no subprocesses,
    so there is no speech there.
    """
    factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)
