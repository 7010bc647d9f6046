"""The command line of ``livecoach monitor``: options and dispatch, nothing else."""

from pathlib import Path

import click

from livecoach.commands.options import as_json, dispatch


class _Group(click.Group):
    """A group whose first word may also be a configuration file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take a word that is no command as the file."""
        takes_value = {"--broker", "--listen"}
        for k, word in enumerate(args):
            if word.startswith("-") or (k and args[k - 1] in takes_value):
                continue
            if word not in self.commands:
                args = [*args[:k], "--config", word, *args[k + 1 :]]
            break
        return super().parse_args(ctx, args)


@click.group(cls=_Group, invoke_without_command=True, subcommand_metavar="[CONFIG.toml]")
@click.option("--config", type=click.Path(path_type=Path), hidden=True)
@click.option("--broker", metavar="URL", help="mqtt[s]://[user@]host[:port].")
@click.option("--embedded", is_flag=True, help="Start a broker on this machine, for this machine.")
@click.option("--listen", metavar="HOST:PORT", help="Where the page is (default 127.0.0.1:8765).")
@click.option("--asyncapi", is_flag=True, help="Print the AsyncAPI document of all messages.")
@click.option("--home-assistant", is_flag=True, help="Make each runner a device there.")
@click.pass_context
def monitor(ctx: click.Context, /, **options: object) -> int:
    """Serve a page on which a coach sees a whole group live and talks to it.

    CONFIG is a TOML file as configs/coach.toml. The page is on this machine only, unless
    [monitor] says more; passwords come from files or the environment.
    """
    return 0 if ctx.invoked_subcommand else dispatch("monitor", options)


@monitor.command()
@click.argument("file", type=click.Path(path_type=Path))
def password(**options: object) -> int:
    """Ask for the page's password and write its hash to FILE, for [monitor] password_file."""
    return dispatch("monitor", options, "password")


@monitor.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--runner", metavar="NAME", multiple=True, help="Let a runner in; repeat.")
@click.option("--group", metavar="NAME", help="Whose broker it is (default: club).")
@click.option(
    "--host",
    metavar="NAME",
    multiple=True,
    help="How others reach it; repeat. Without it only this machine does.",
)
@click.option("--port", type=click.IntRange(1, 65_535), help="Where it listens (default 8883).")
@click.option(
    "--bridge-to",
    metavar="URL",
    help="Pass reports on to mqtts://USER@HOST and take "
    "wishes from there; its password: LIVECOACH_BROKER_PASSWORD.",
)
@click.option(
    "--bridge-ca",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Vouches for that broker's certificate when the system does not.",
)
@as_json
def init(**options: object) -> int:
    """Write a club's own broker to DIR: a Mosquitto configuration and everybody's credentials.

    TLS with an authority of its own, a password for each name, and an access list: a runner
    reports as themselves only and hears only what is for them. What is there stays; --runner adds.
    """
    return dispatch("monitor_init", options, "init")
