"""From a real broker into the fleet: hostile payloads, embedded broker, the program's own words."""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import psutil
import pytest

from livecoach.monitor.embedded import embedded_broker
from livecoach.monitor.serve import PASSWORD
from livecoach.wire.topics import PAYLOADS, write
from tests.commandline import fails_in_one_line, livecoach
from tests.loopback.mosquitto_rig import Mosquitto
from tests.monitor.runners import FakeFleet, FakeRunner
from tests.monitor.servers import Monitor, monitor
from tests.monitor.site import frames
from tests.rigs import require_rig

FUZZ_S = float(os.environ.get("LIVECOACH_FUZZ_S", "4"))
"""How long hostile payloads are sent; 60 by hand before an issue is closed."""


def port_of(url: str) -> int:
    return int(url.rstrip("/").rpartition(":")[2])


def client(port: int) -> aiomqtt.Client:
    return aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5, timeout=5)


async def until(url: str, path: str, found: Any, within_s: float = 15.0) -> dict[str, Any]:  # noqa: ANN401
    """Ask for whole frames until one is as wished."""
    async with asyncio.timeout(within_s):
        while True:
            (frame,) = await frames(port_of(url), path, 1)
            if found(frame):
                return frame
            await asyncio.sleep(0.1)


def wild(dice: random.Random) -> bytes:
    """Return something that no reader wants: noise, deep JSON, wrong types, huge numbers."""
    runner = FakeRunner("Ada")
    good = json.loads(write(runner.live(1.0)))
    key = dice.choice(sorted(good))
    odd: Any = dice.choice([[], {}, "x" * 500, 1e308, -1, None, True, "\x00", 2**80])
    script = {"cue_phrase": "<script>alert(1)</script>\u202e", "cue_kind": "speech"}
    makers: list[Callable[[], bytes]] = [
        lambda: dice.randbytes(dice.randrange(200)),
        lambda: b"[" * dice.randrange(1, 15_000),
        lambda: b"x" * dice.randrange(20_000),
        lambda: json.dumps(good | {key: odd}).encode(),
        lambda: json.dumps(good).encode()[: dice.randrange(300)],
        lambda: json.dumps(good | script | {"cue_age_s": 1.0}).encode(),
        lambda: b'{"v":%d,"sid":"\\ud800"}' % dice.randrange(9),
    ]
    return dice.choice(makers)()


@pytest.mark.rig
async def test_hostile_payloads_on_every_topic_are_survived_counted_and_told(
    broker: Mosquitto, coach: Monitor
) -> None:
    dice = random.Random(7)  # noqa: S311 (a test's noise)
    ada = FakeRunner("Ada")
    names = [*PAYLOADS, "cmd/say", "elsewhere", ""]
    sent = 0
    async with client(broker.port) as noisy:
        end_s = asyncio.get_running_loop().time() + FUZZ_S
        while asyncio.get_running_loop().time() < end_s:
            name = dice.choice(names)
            place = dice.choice(
                ["club/Ada", "club/all", "%s/ /x", "\u202eclub/Ada", "a" * 90 + "/b"]
            )
            await noisy.publish(f"livecoach/v1/{place}/{name}", wild(dice), dice.randrange(2))
            sent += 1
        await noisy.publish(ada.topic("live"), write(ada.live(5.0)), 1)
        seen = await until(coach.url, "/events", lambda f: f.get("runners"))
    await until(coach.url, "/events?group=club&runner=Ada", lambda f: f.get("runners"))
    assert sent > 100
    assert seen["refused"] > sent / 10
    assert coach.log.count("Not understood, left out:") >= 1
    assert coach.log.count("\n") < 5 + FUZZ_S, "each is counted, not each is told"
    assert "Traceback" not in coach.log
    assert coach.stop() == 130


@pytest.mark.rig
async def test_home_assistant_is_told_of_a_runner_once(tmp_path: Path, broker: Mosquitto) -> None:
    ada = FakeRunner("Ada")
    heard: list[str] = []
    async with client(broker.port) as home:
        await home.subscribe("homeassistant/#", qos=1)
        options = ("--broker", f"mqtt://127.0.0.1:{broker.port}", "--home-assistant")
        with monitor(tmp_path, *options):
            await home.publish(ada.topic("status"), write(ada.status()), 1, retain=True)
            async with asyncio.timeout(15):
                async for message in home.messages:
                    heard.append(message.topic.value)
                    break
    assert heard == ["homeassistant/device/livecoach_club_Ada/config"]


def test_the_embedded_broker_is_on_loopback_only_speaks_mqtt_5_and_goes_with_us() -> None:
    with embedded_broker() as port, embedded_broker() as second:
        assert port != second, "a port that is taken is no trouble"
        children = psutil.Process().children(recursive=True)
        places = {
            c.laddr.ip
            for child in children
            for c in child.net_connections("inet")
            if c.status == psutil.CONN_LISTEN
        }
        assert places == {"127.0.0.1"}
        assert asyncio.run(_echo(port)) == b"kept"
    gone, alive = psutil.wait_procs(children, timeout=5)
    assert (len(gone) > 0, alive) == (True, [])


async def _echo(port: int) -> bytes:
    async with client(port) as one:
        await one.publish("livecoach/v1/club/Ada/status", b"kept", 1, retain=True)
    async with client(port) as two:
        await two.subscribe("livecoach/v1/+/+/status", qos=1)
        async with asyncio.timeout(5):
            async for message in two.messages:
                assert isinstance(message.payload, bytes)
                return message.payload
    return b""


async def test_embedded_is_all_that_one_laptop_needs(tmp_path: Path) -> None:
    with monitor(tmp_path, "--embedded") as coach:
        port = int(coach.log.partition("mqtt://127.0.0.1:")[2].split()[0])
        fleet = FakeFleet(port, FakeRunner("Ada"))
        running = asyncio.create_task(fleet.run())
        frame = await until(coach.url, "/events", lambda f: f.get("runners"))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert frame["runners"][0]["runner"] == "Ada"
        assert coach.stop(signal.SIGINT) == 130


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "which one?"),
        (("--broker", "http://x"), "neither mqtt nor mqtts"),
        (("--broker", "mqtt://u:geheim@x"), "a password does not belong"),
        (("--broker", "mqtt://x", "--embedded"), "leave out --broker"),
        (("--broker", "mqtt://x", "--listen", "0.0.0.0:0"), "certificate"),
        (("nowhere.toml",), "no such configuration file"),
        (("--listen", "x", "--broker", "mqtt://x"), "not like 127.0.0.1:8765"),
    ],
)
def test_wrong_usage_is_one_line(options: tuple[str, ...], words: str) -> None:
    line = fails_in_one_line(livecoach("monitor", *options), 2)
    assert words in line
    assert "geheim" not in line


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    broker = "mqtt://127.0.0.1:9"
    with monitor(tmp_path, "--broker", broker) as running:
        listen = running.url.partition("://")[2].rstrip("/")
        result = livecoach("monitor", "--broker", broker, "--listen", listen)
    assert "another program has that port" in fails_in_one_line(result, 1)
    assert "nobody listens there" in running.log


def test_asyncapi_is_printed_without_a_broker() -> None:
    assert json.loads(livecoach("monitor", "--asyncapi").stdout)["asyncapi"] == "3.0.0"


@contextmanager
def certificate(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Make a certificate for loopback."""
    require_rig(shutil.which("openssl") is not None, "openssl")
    cert, key = folder / "cert.pem", folder / "key.pem"
    line = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=x"
    )
    subprocess.run(
        [*line.split(), "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True,
        capture_output=True,
    )
    yield cert, key


def test_tls_and_a_login_from_a_configuration_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On loopback: no other address is sure to be there; `settle` is tested for those."""
    monkeypatch.setenv(PASSWORD, "correct horse")
    with certificate(tmp_path) as (cert, key):
        path = tmp_path / "coach.toml"
        path.write_text(
            f'[broker]\nurl = "mqtt://127.0.0.1:9"\n[monitor]\nhosts = ["coach.example"]\n'
            f'certificate = "{cert}"\nkey = "{key}"\n'
        )
        with monitor(tmp_path, path) as running:
            assert running.url.startswith("https://")
            asked = ["curl", "-s", "--cacert", str(cert), "-o", "/dev/null", "-w", "%{http_code}"]
            require_rig(shutil.which("curl") is not None, "curl")
            found = subprocess.run(
                [*asked, f"{running.url}events"], capture_output=True, check=True
            )
            assert found.stdout == b"401"
            told = ["--data", "password=correct horse", f"{running.url}login"]
            found = subprocess.run([*asked, *told], capture_output=True, check=True)
            assert found.stdout == b"303"
        assert "correct horse" not in running.log
