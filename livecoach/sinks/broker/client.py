"""One connection to a broker: aiomqtt, and the reason code that it drops.

aiomqtt takes a PUBACK for success whatever its reason code says, so a message that an access list
refuses would look delivered. The paho client below it knows: here, and only here, we reach through
to it, also to close a connection that failed halfway, which aiomqtt leaves open
(``tests/loopback/test_broker_canaries.py`` holds what is relied on). An MQTT 3.1.1 broker sends no
reason codes: what it refuses is lost in silence.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import aiomqtt
from msgspec import Struct
from paho.mqtt.client import Client as Paho
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from livecoach.errors import BrokerError
from livecoach.sinks.broker.address import Address
from livecoach.sinks.broker.trouble import explain, gone, translated

KEEPALIVE_S = 6
TIMEOUT_S = 3.0
_MOST_INCOMING = 100
_FOR_GOOD = {135, 144, 153}
"""Not authorized, topic name invalid, payload format invalid."""
# What paho has to say goes nowhere: it would go between the console's lines.
_LOG = logging.getLogger("livecoach.mqtt")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False


class Login(Struct, frozen=True):
    """Everything a connection needs.

    ``will_topic`` and ``will`` are what the broker says for us, retained, when the connection
    breaks ("": nothing). ``five``: speak MQTT 5, else 3.1.1.
    """

    address: Address
    identifier: str
    will_topic: str = ""
    will: bytes = b""
    password: str | None = None
    context: ssl.SSLContext | None = None
    five: bool = True


class RefusedError(BrokerError):
    """The broker will never take this message; the message says why in the broker's words."""


class Connection:
    """An open connection, made by `connected`."""

    def __init__(self, client: aiomqtt.Client, address: Address) -> None:
        self._client = client
        self._address = address
        self._acks: dict[int, asyncio.Future[ReasonCode]] = {}
        self._paho = _below(client)
        self._pass_on: Callable[..., None] | None = self._paho.on_publish
        self._paho.on_publish = self._on_publish

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish with QoS 1; return when the broker has truly taken it.

        Raises
        ------
        RefusedError
            It never will; the connection is as good as before.
        BrokerError
            It did not, and the connection is of no more use.
        """
        info = self._paho.publish(topic, payload, qos=1, retain=retain)
        if info.rc:
            raise BrokerError(gone(self._address))
        ack: asyncio.Future[ReasonCode] = asyncio.get_running_loop().create_future()
        self._acks[info.mid] = ack
        try:
            async with asyncio.timeout(TIMEOUT_S):
                code = await ack
        except TimeoutError:
            raise BrokerError(gone(self._address)) from None
        finally:
            self._acks.pop(info.mid, None)
        if code.value in _FOR_GOOD:
            raise RefusedError(str(code).lower())
        if code.is_failure:
            raise BrokerError(f"{self._address.name} takes no messages now: {str(code).lower()}")

    async def publish_once(self, topic: str, payload: bytes) -> None:
        """Publish with QoS 0: it arrives now or never. Raises `BrokerError`."""
        with translated(self._address):
            await self._client.publish(topic, payload, qos=0, timeout=TIMEOUT_S)

    async def subscribe(self, filters: Sequence[str], qos: int = 1) -> None:
        """Ask for topics. Raises `BrokerError`."""
        with translated(self._address):
            await self._client.subscribe([(topic, qos) for topic in filters])

    async def messages(self) -> AsyncIterator[aiomqtt.Message]:
        """Yield what arrives; raises `BrokerError` when the connection breaks."""
        with translated(self._address):
            async for message in self._client.messages:
                yield message

    def _on_publish(
        self, client: Paho, userdata: object, mid: int, code: ReasonCode, properties: Properties
    ) -> None:
        """Note the reason code; let aiomqtt see the acknowledgement as ever."""
        ack = self._acks.get(mid)
        if ack is not None and not ack.done():
            ack.set_result(code)
        if self._pass_on is not None:
            self._pass_on(client, userdata, mid, code, properties)


@asynccontextmanager
async def connected(
    login: Login, queue_type: type[asyncio.Queue[aiomqtt.Message]] | None = None
) -> AsyncIterator[Connection]:
    """Connect, and disconnect at the end; ``queue_type`` is what incoming messages are put into.

    Raises
    ------
    OldBrokerError
        The broker does not know MQTT 5.
    BrokerError
        There is no connection, for the reason given in one line.
    """
    address = login.address
    version = aiomqtt.ProtocolVersion.V5 if login.five else aiomqtt.ProtocolVersion.V311
    will = aiomqtt.Will(login.will_topic, login.will, qos=1, retain=True)
    client = aiomqtt.Client(
        address.host,
        address.port,
        username=address.user or None,
        password=login.password if address.user else None,
        identifier=login.identifier,
        logger=_LOG,
        protocol=version,
        will=will if login.will_topic else None,
        queue_type=queue_type,
        timeout=TIMEOUT_S,
        keepalive=KEEPALIVE_S,
        max_queued_incoming_messages=_MOST_INCOMING,
        tls_context=login.context,
    )
    paho = _below(client)
    paho.connect_timeout = TIMEOUT_S
    try:
        await client.__aenter__()
    except (aiomqtt.MqttError, ValueError) as exc:
        paho.disconnect()
        raise explain(exc, address) from exc
    except BaseException:
        paho.disconnect()
        raise
    try:
        yield Connection(client, address)
    finally:
        with suppress(aiomqtt.MqttError):
            await client.__aexit__(None, None, None)


def _below(client: aiomqtt.Client) -> Paho:
    """Return the paho client that aiomqtt drives."""
    return client._client  # noqa: SLF001  (the one place where we reach through, see above)
