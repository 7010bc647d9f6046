"""What we rely on in the installed aiomqtt and paho, beyond their documentation."""

import asyncio
import inspect
from pathlib import Path

import aiomqtt
import pytest
from paho.mqtt.client import Client as Paho

from tests.loopback.mosquitto_rig import LOOPBACK, free_port, mosquitto, rig_present
from tests.rigs import require_rig

pytestmark = pytest.mark.rig


@pytest.fixture(autouse=True)
def _rig() -> None:
    require_rig(rig_present(), "mosquitto")


def client(port: int, host: str = LOOPBACK) -> aiomqtt.Client:
    return aiomqtt.Client(host, port, protocol=aiomqtt.ProtocolVersion.V5, timeout=2)


async def test_there_is_a_paho_client_with_settable_on_publish_below() -> None:
    below = client(1)._client
    assert isinstance(below, Paho)
    assert callable(below.on_publish)
    below.on_publish = None
    assert below.on_publish is None
    assert list(inspect.signature(below.publish).parameters)[:4] == [
        "topic",
        "payload",
        "qos",
        "retain",
    ]
    below.connect_timeout = 1.5
    assert below.connect_timeout == 1.5


async def test_a_refused_publish_looks_taken_and_only_paho_knows(tmp_path: Path) -> None:
    """Were this to fail because aiomqtt raises, our own reason codes could go."""
    acl = tmp_path / "acl"
    acl.write_text("topic write allowed/#\n")
    acl.chmod(0o600)
    seen = []
    with mosquitto(tmp_path, f"allow_anonymous true\nacl_file {acl}\n") as rig:
        async with client(rig.port) as opened:
            below = opened._client
            passed_on = below.on_publish

            def note(paho: Paho, userdata: object, mid: int, code: object, more: object) -> None:
                seen.append((mid, code.value, code.is_failure))  # type: ignore[attr-defined]
                passed_on(paho, userdata, mid, code, more)  # type: ignore[misc,call-arg,arg-type]

            below.on_publish = note
            await opened.publish("forbidden/x", b"1", qos=1)
            await opened.publish("allowed/x", b"1", qos=1)
    assert [code for _, code, _ in seen] == [135, 16]
    assert [failure for *_, failure in seen] == [True, False]


async def test_what_the_socket_said_hangs_below_what_aiomqtt_raises() -> None:
    for host, kind in ((LOOPBACK, ConnectionRefusedError), ("no-such-host.invalid", OSError)):
        with pytest.raises(aiomqtt.MqttError) as caught:
            async with client(free_port(), host):
                pass
        assert isinstance(caught.value.__context__, kind)


async def test_paho_can_close_what_aiomqtt_leaves_open() -> None:
    """A server that accepts and says nothing: after the time-out the socket is still there."""
    closed = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(100):
            pass
        closed.set()
        writer.close()

    server = await asyncio.start_server(mute, LOOPBACK, 0)
    opened = client(server.sockets[0].getsockname()[1])
    with pytest.raises(aiomqtt.MqttError, match="timed out"):
        await opened.__aenter__()
    assert not closed.is_set()
    opened._client.disconnect()
    async with asyncio.timeout(5):
        await closed.wait()
    server.close()
    await server.wait_closed()
