"""What went wrong between us and a broker, in one plain line that names the way out."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.reasoncodes import ReasonCode

from livecoach.errors import BrokerError
from livecoach.sinks.broker.address import PASSWORD, Address

_OLD = {1, 132}
_NOT_LET_IN = {4, 5, 134, 135}
_TAKEN_OVER = 142


class OldBrokerError(BrokerError):
    """The broker does not know MQTT 5."""


class NoAnswerError(BrokerError):
    """Nothing comes back; within an outage that has been told of, this is no news."""


@contextmanager
def translated(address: Address) -> Iterator[None]:
    """Turn what aiomqtt raises on an open connection into a `BrokerError`."""
    try:
        yield
    except (aiomqtt.MqttError, ValueError, OSError) as exc:
        raise broken(exc, address) from exc


def gone(address: Address) -> str:
    """Say that an open connection has broken, or that nothing comes back."""
    return f"{address.name} is out of reach"


def broken(exc: Exception, address: Address) -> BrokerError:
    """Return the line for the end of an open connection."""
    seen = exc if isinstance(exc, aiomqtt.MqttCodeError) else exc.__cause__
    if isinstance(seen, aiomqtt.MqttCodeError) and _code(seen.rc) == _TAKEN_OVER:
        way_out = "another run for the same runner and group has taken our place"
        return BrokerError(f"{address.name}: {way_out}; give one of them another --runner")
    return BrokerError(gone(address))


def explain(exc: Exception, address: Address) -> BrokerError:
    """Return the line for what stood in the way of a connection."""
    if isinstance(exc, MqttConnectError):
        return _turned_away(_code(exc.rc), str(exc), address)
    # aiomqtt keeps only the words of what the socket said; what it was still hangs below.
    cause = exc.__context__ if isinstance(exc, aiomqtt.MqttError) else exc
    match cause:
        case socket.gaierror():
            why = "there is no such host, or no network: check the name"
        case ssl.SSLCertVerificationError():
            why = _certificate(cause)
        case ssl.SSLError():
            why = "there is no TLS that we understand: is it mqtt:// and that port?"
        case ConnectionRefusedError():
            why = "nobody listens there: is the broker running, is it that port?"
        case ValueError():
            why = "this is no host that could be reached: check the address"
        case OSError() if not isinstance(cause, TimeoutError) and cause.strerror:
            why = f"{cause.strerror.lower()}: check network and address"
        case _:
            why = "no answer; check address, port and network, and mqtt:// against mqtts://"
            return NoAnswerError(f"{address.name}: {why}")
    return BrokerError(f"{address.name}: {why}")


def _turned_away(code: int, words: str, address: Address) -> BrokerError:
    if code in _OLD:
        return OldBrokerError(f"{address.name} does not speak MQTT 5")
    if code not in _NOT_LET_IN:
        return BrokerError(f"{address.name} turns us away: {words}")
    if not address.user:
        way_out = f"--broker mqtts://NAME@... and the password in {PASSWORD}"
        return BrokerError(f"{address.name} wants a name and a password: {way_out}")
    way_out = f"check the name and {PASSWORD} (or [broker] password_file)"
    return BrokerError(f"{address.name} does not let {address.user!r} in: {way_out}")


def _certificate(exc: ssl.SSLCertVerificationError) -> str:
    match exc.verify_code:
        case 10:
            return "its certificate has expired: whoever runs the broker must renew it"
        case 9:
            return "its certificate is not valid yet: check this machine's clock"
        case 62 | 64:
            return "its certificate is for another host: use the name that is in it"
        case _:
            return (
                "nobody we trust vouches for its certificate: name the authority's file"
                " in [broker] ca_file"
            )


def _code(rc: object) -> int:
    if isinstance(rc, ReasonCode):
        return int(rc.value)
    return rc if isinstance(rc, int) else -1
