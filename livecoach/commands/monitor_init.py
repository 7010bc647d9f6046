"""``livecoach monitor init``: a club's own broker, and who may use it."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from shlex import quote
from typing import Any

import click

from livecoach.commands.loop import needs_extra
from livecoach.commands.output import print_json
from livecoach.errors import ConfigError
from livecoach.sinks.broker.address import password


def init(
    *,
    folder: Path,
    runner: Sequence[str],
    group: str | None,
    host: Sequence[str],
    port: int | None,
    bridge_to: str | None,
    bridge_ca: Path | None,
    as_json: bool,
) -> int:
    """Make a club's folder, or add to it; return the exit code."""
    with needs_extra("certificates need", "cryptography"):
        work = import_module("livecoach.monitor.club")
    club = work.opened(folder)
    runners = work.checked(club, runner)
    done: list[str] = []
    fresh = club is None
    if club is None:
        club = work.found(folder, group or "club", host, 8883 if port is None else port)
        done.append(
            f"A broker for the group {club.group}, as {club.host}:{club.port}: {club.config}"
        )
        done.append(f"The coach's page: {club.monitor}")
    else:
        _unchanged(club, group, port)
        if work.renew(club, host):
            done.append(f"A new certificate: {club.folder / 'server.crt'}")
    done += [f"{name}: {work.join(club, name)}" for name in runners]
    if bridge_to is not None:
        done.append(f"A bridge: {work.bridge(club, bridge_to, password(''), bridge_ca)}")
    if not done:
        why = "all is there already; --runner NAME adds one"
        raise ConfigError(str(club.folder), why)
    steps = _next(club, fresh=fresh, runners=runners, away=bool(host), until=work.good_until())
    if as_json:
        print_json({"folder": str(club.folder), "group": club.group, "done": done, "next": steps})
        return 0
    for line in (*done, "", *steps):
        click.echo(line)
    return 0


def _unchanged(club: Any, group: str | None, port: int | None) -> None:  # noqa: ANN401 (only there with the extra)
    if group not in {None, club.group}:
        why = f"{club.folder} is of the group {club.group!r}; another group has a folder of its own"
        raise ConfigError("--group", why)
    if port not in {None, club.port}:
        raise ConfigError("--port", f"it is {club.port}; change it in {club.config} and the .toml")


def _next(
    club: Any,  # noqa: ANN401 (only there with the extra)
    *,
    fresh: bool,
    runners: Sequence[str],
    away: bool,
    until: str,
) -> list[str]:
    """Say what is to be done now."""
    steps = []
    if fresh:
        steps.append(f"Start it:           mosquitto -c {quote(str(club.config))}")
        steps.append(f"See everyone:       livecoach monitor {quote(str(club.monitor))}")
    else:
        steps.append("A broker that runs already reads names again on: kill -HUP PID")
        steps.append("(a new certificate or bridge: start it again)")
    if runners:
        steps.append("Hand to each runner their folder, over a way that nobody else reads; there:")
        steps.append(f"                    livecoach run {runners[0]}.toml --source ble:")
    if fresh:
        if not away:
            steps.append(
                "Only this machine reaches it; --host NAME, in a new folder, lets others in."
            )
        steps.append(f"The certificate is good until {until}: then take away server.crt and")
        steps.append("server.key and say this again. Keep ca.key where nobody else gets at it.")
    return steps
