"""``livecoach monitor``: the coach's page."""

import os
import secrets
import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from livecoach import __version__
from livecoach import config as configuration
from livecoach.commands.loop import needs_extra, run_loop
from livecoach.commands.output import print_json
from livecoach.config import Config
from livecoach.errors import ConfigError
from livecoach.monitor.asyncapi import document
from livecoach.monitor.embedded import LOOPBACK, embedded_broker
from livecoach.monitor.login import hash_password
from livecoach.sinks.broker.address import parse_address, tls_context
from livecoach.sinks.broker.address import password as broker_password
from livecoach.sinks.broker.client import Login
from livecoach.sinks.broker.home_assistant import discovery

_SHORTEST = 10


def monitor(
    *,
    config: Path | None,
    broker: str | None,
    embedded: bool,
    listen: str | None,
    asyncapi: bool,
    home_assistant: bool,
) -> int:
    """Serve the page until stopped; return the exit code."""
    if asyncapi:
        print_json(document())
        return 0
    chosen = configuration.load(config) if config else Config()
    if listen is not None:
        chosen = configuration.override(chosen, {"monitor.listen": listen}, "--listen")
    serving = page_program()
    place = serving.settle(chosen.monitor)
    with ExitStack() as stack:
        url = broker or chosen.broker.url
        if embedded:
            if broker is not None:
                raise ConfigError("--embedded", "starts a broker of its own: leave out --broker")
            port = stack.enter_context(embedded_broker())
            url = f"mqtt://{LOOPBACK}:{port}"
            click.echo(f"Broker on this machine: livecoach run --broker {url} --runner NAME")
        login = _login(chosen, url)
        wanted = home_assistant or chosen.broker.home_assistant
        hello = (lambda g, r: discovery(g, r, __version__)) if wanted else None
        group = chosen.monitor.group or None
        run_loop(serving.serve(place, login, group, _say, _ready, hello))
    return 0


def password(*, file: Path) -> int:
    """Ask for a password and write its hash; return the exit code."""
    if file.exists():
        raise ConfigError(str(file), "there is such a file already: move it away first")
    word = click.prompt("Password for the page", hide_input=True, confirmation_prompt=True)
    if len(word) < _SHORTEST:
        raise ConfigError("password", f"at least {_SHORTEST} characters, please")
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as out:
        out.write(f"{hash_password(word, secrets.token_bytes(16))}\n")
    click.echo(f'Written. Name it in the configuration: [monitor] password_file = "{file}"')
    return 0


def _login(config: Config, url: str) -> Login:
    """Return where the broker is and who we are there."""
    if not url:
        raise ConfigError("--broker", "which one? --broker mqtt://HOST, or --embedded for your own")
    address = parse_address(url)
    return Login(
        address=address,
        identifier=f"livecoach-monitor-{secrets.token_hex(4)}",
        password=broker_password(config.broker.password_file) if address.user else None,
        context=tls_context(config.broker.ca_file) if address.tls else None,
    )


def page_program() -> Any:  # noqa: ANN401 (a module that is only there with the extra)
    """Return the module that serves the page; raises `ConfigError` without what it needs."""
    with needs_extra("the page needs", "starlette", "uvicorn"):
        return import_module("livecoach.monitor.serve")


def _say(line: str) -> None:
    click.echo("".join(c if c.isprintable() else "?" for c in line), err=True)


def _ready(url: str) -> None:
    click.echo(f"The page: {url}  (Ctrl-C ends)")
    sys.stdout.flush()
