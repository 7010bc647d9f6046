"""The way out to a real mosquitto: status and will, refusals, old brokers, one line per trouble."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from livecoach.sinks.broker.address import tls_context
from livecoach.sinks.broker.client import Login, connected
from livecoach.sinks.broker.sink import Arrived
from tests.loopback.broker_rig import STATUS, broker, login, until
from tests.loopback.mosquitto_rig import (
    LOOPBACK,
    free_port,
    link,
    listener,
    mosquitto,
    rig_present,
    tool,
    write_passwords,
)
from tests.rigs import require_rig

pytestmark = pytest.mark.rig

# paho drops the socket of a handshake that failed; it is closed when Python finds it.
paho_drops_it = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
)
EVENT, STRIDES = "livecoach/v1/club/ann/event", "livecoach/v1/club/ann/strides"


@pytest.fixture(autouse=True)
def _rig() -> None:
    require_rig(rig_present(), "mosquitto")


def state(payload: bytes) -> str:
    return payload.decode().partition('"state":"')[2].partition('"')[0]


async def said_by(make: Callable[[Callable[[str], None]], Login], path: Path) -> list[str]:
    """Let a sink try for some seconds; return what it said."""
    said: list[str] = []
    made = make(said.append)
    sink = broker(made.address.port, path, said.append)
    sink._login = made
    sink.start()
    await asyncio.sleep(2.5)  # two attempts at least
    sink.put(EVENT, b"kept")
    assert await sink.close() == 1
    return said


async def test_status_is_kept_for_those_who_come_later_and_offline_at_the_end(
    tmp_path: Path,
) -> None:
    with mosquitto(tmp_path) as rig:
        sink = broker(rig.port, tmp_path / "o.db")
        sink.start()
        await until(lambda: sink.connected)
        async with listener(rig.port, STATUS) as late:
            await late.until("/status")
            assert [(state(p), kept) for _, p, kept in late.heard] == [("online", True)]
            assert await sink.close() == 0
            await late.until("/status", 2)
        async with listener(rig.port, STATUS) as later:
            await later.until("/status")
            assert [(state(p), kept) for _, p, kept in later.heard] == [("offline", True)]


async def test_the_broker_says_lost_for_who_was_killed(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as rig:
        async with listener(rig.port, STATUS) as coach:
            runner = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.loopback.broker_publisher", str(rig.port)),
                *(str(tmp_path / "o.db"), "0", "10000", "10"),
                env=os.environ | {"PYTHONPATH": str(Path.cwd())},
                stdout=asyncio.subprocess.DEVNULL,
            )
            await coach.until("/status")
            runner.send_signal(signal.SIGKILL)
            await runner.wait()
            await coach.until("/status", 2)
            assert [state(p) for p in coach.topics("/status")] == ["online", "lost"]
        async with listener(rig.port, STATUS) as later:
            await later.until("/status")
            assert [(state(p), kept) for _, p, kept in later.heard] == [("lost", True)]


async def test_what_an_access_list_refuses_is_kept_told_once_and_sent_when_it_may(
    tmp_path: Path,
) -> None:
    acl = tmp_path / "acl"
    rules = f"topic write {STRIDES}\ntopic write {STATUS}\ntopic read #\n"
    acl.write_text(rules)
    acl.chmod(0o600)
    said: list[str] = []
    settings = f"allow_anonymous true\nacl_file {acl}\nlog_type all\n"
    with mosquitto(tmp_path, settings) as rig:
        async with listener(rig.port, "livecoach/#") as coach:
            sink = broker(rig.port, tmp_path / "o.db", said.append)
            sink.start()
            for n in range(30):
                sink.put(EVENT, b"e%d" % n)
                sink.put(STRIDES, b"s%d" % n)
            await coach.until("/strides", 30)
            await asyncio.sleep(1.0)
            sink.put(STRIDES, b"s30")
            await coach.until("/strides", 31)
            assert await sink.close() == 30, "the events are kept"
            assert not coach.topics("/event")
            assert len(said) == 1
            assert said[0].startswith(f"The broker does not take {EVENT} (not authorized)")
            refusals = (tmp_path / "log").read_text().count(f"'{EVENT}'")
            assert refusals <= 30, "none was tried twice"
        rig.stop()
        acl.write_text(f"{rules}topic write {EVENT}\n")
        rig.start()
        async with listener(rig.port, "livecoach/#") as coach:
            sink = broker(rig.port, tmp_path / "o.db", said.append)
            sink.start()
            heard = await coach.until("/event", 30)
            assert heard == [b"e%d" % n for n in range(30)]
            assert await sink.close() == 0


async def test_what_is_live_is_never_sent_later(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as rig:
        async with listener(rig.port, "livecoach/#") as coach:
            rig_port, live = rig.port, "livecoach/v1/club/ann/live"
            sink = broker(rig_port, tmp_path / "o.db")
            for n in range(5):
                sink.live(live, b"old%d" % n)
            sink.start()
            await until(lambda: sink.connected)
            await asyncio.sleep(0.2)
            sink.live(live, b"now")
            assert await coach.until("/live") == [b"now"]
            await sink.close()


async def test_a_broker_that_goes_and_comes_back_is_found_again(tmp_path: Path) -> None:
    said: list[str] = []
    with mosquitto(tmp_path) as rig:
        sink = broker(rig.port, tmp_path / "o.db", said.append)
        sink.start()
        await until(lambda: sink.connected)
        rig.stop()
        await until(lambda: not sink.connected)
        sink.put(EVENT, b"meanwhile")
        rig.start()
        await until(lambda: sink.connected)
        async with listener(rig.port, EVENT):
            await until(lambda: not sink.waiting)
        await sink.close()
    assert said[0].endswith("is out of reach.")
    assert said[-1] == "The coach's side is there; 1 messages had to wait."


async def test_a_broker_of_mqtt_3_1_1_is_spoken_to_as_such(tmp_path: Path) -> None:
    """A link stands in for it: it turns MQTT 5 away as the old standard says."""
    said: list[str] = []
    with mosquitto(tmp_path) as rig:
        async with link(rig.port) as way, listener(rig.port, "livecoach/#") as coach:
            way.only_3_1_1 = True
            sink = broker(way.port, tmp_path / "o.db", said.append)
            sink.start()
            sink.put(EVENT, b"old")
            assert await coach.until("/event") == [b"old"]
            await sink.close()
    assert said == [
        f"{LOOPBACK}:{way.port} does not speak MQTT 5: what it refuses to take cannot be noticed."
    ]


async def test_commands_come_in_as_they_were_sent(tmp_path: Path) -> None:
    arrived: list[Arrived] = []
    with mosquitto(tmp_path) as rig:
        async with listener(rig.port, "nothing") as coach:
            kept = "livecoach/v1/club/ann/cmd/say"
            await coach.client.publish(kept, b"old", qos=1, retain=True)
            sink = broker(rig.port, tmp_path / "o.db", arrived=arrived.append)
            sink.start()
            await until(lambda: arrived)
            await coach.client.publish(kept, b"new", qos=1)
            await coach.client.publish("livecoach/v1/club/all/cmd/mode", b"\xff\x00", qos=0)
            await coach.client.publish("livecoach/v1/club/bob/cmd/say", b"not ours", qos=1)
            await until(lambda: len(arrived) == 3)
            await asyncio.sleep(0.2)
            await sink.close()
    assert arrived == [
        Arrived(kept, b"old", retained=True),
        Arrived(kept, b"new", retained=False),
        Arrived("livecoach/v1/club/all/cmd/mode", b"\xff\x00", retained=False),
    ]


@pytest.mark.parametrize(
    ("user", "word", "hint"),
    [
        ("ann", "wrong", "does not let 'ann' in: check the name and LIVECOACH_BROKER_PASSWORD"),
        ("", None, "wants a name and a password"),
    ],
)
async def test_a_wrong_password_is_one_line(
    tmp_path: Path, user: str, word: str | None, hint: str
) -> None:
    words = write_passwords(tmp_path / "words", ann="right")
    settings = f"allow_anonymous false\npassword_file {words}\n"
    with mosquitto(tmp_path, settings) as rig:
        said = await said_by(lambda _: login(rig.port, user=user, password=word), tmp_path / "o.db")
        assert len(said) == 1
        assert hint in said[0]
        word = "right"
        async with connected(login(rig.port, user="ann", password=word)) as connection:
            await connection.publish(EVENT, b"in")


async def test_nobody_there_and_no_such_host_are_one_line_each(tmp_path: Path) -> None:
    port = free_port()
    said = await said_by(lambda _: login(port), tmp_path / "a.db")
    assert len(said) == 1
    assert f"{LOOPBACK}:{port}: nobody listens there" in said[0]
    said = await said_by(lambda _: login(1883, host="no-such-host.invalid"), tmp_path / "b.db")
    assert len(said) == 1
    assert "no-such-host.invalid:1883: there is no such host" in said[0]


def certificate(folder: Path, days: int) -> tuple[Path, str]:
    """Make an authority and a certificate for loopback; return the first, listener lines."""
    program = tool("openssl")
    require_rig(program is not None, "openssl")
    assert program is not None

    def run(*args: str) -> None:
        subprocess.run([program, *args], check=True, capture_output=True, cwd=folder)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    extensions = folder / "ext"
    extensions.write_text(f"subjectAltName=IP:{LOOPBACK}\n")
    run(
        "req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "9", "-subj", "/CN=CA"
    )
    run("req", *new, "-keyout", "key.pem", "-out", "csr.pem", "-subj", "/CN=broker")
    run(
        *("x509", "-req", "-in", "csr.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
        *("-out", "cert.pem", "-days", str(days), "-extfile", "ext"),
    )
    return folder / "ca.pem", f"certfile {folder}/cert.pem\nkeyfile {folder}/key.pem\n"


@paho_drops_it
async def test_tls_with_its_own_authority_and_without(tmp_path: Path) -> None:
    authority, lines = certificate(tmp_path, 9)
    with mosquitto(tmp_path, listener=lines) as rig:
        context = tls_context(str(authority))
        async with connected(login(rig.port, context=context)) as connection:
            await connection.publish(EVENT, b"safe")
        said = await said_by(lambda _: login(rig.port, context=tls_context("")), tmp_path / "o.db")
        assert len(said) == 1
        assert "nobody we trust vouches for its certificate" in said[0]
        assert "[broker] ca_file" in said[0]
        said = await said_by(lambda _: login(rig.port), tmp_path / "p.db")
        assert len(said) <= 1


@paho_drops_it
async def test_an_expired_certificate_is_one_line(tmp_path: Path) -> None:
    authority, lines = certificate(tmp_path, -1)
    with mosquitto(tmp_path, listener=lines) as rig:
        context = tls_context(str(authority))
        said = await said_by(lambda _: login(rig.port, context=context), tmp_path / "o.db")
    assert len(said) == 1
    assert "its certificate has expired" in said[0]


@paho_drops_it
async def test_tls_where_there_is_none_is_one_line(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as rig:
        said = await said_by(lambda _: login(rig.port, context=tls_context("")), tmp_path / "o.db")
    assert len(said) == 1
    assert f"{LOOPBACK}:{rig.port}: " in said[0]
