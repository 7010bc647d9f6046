"""A broker of our own for one laptop: iotcore, as a child process, on loopback only.

It has no access list and listens everywhere unless told otherwise, so it gets a configuration that
names 127.0.0.1; it is for one machine and nothing else. It dies with us.
"""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from livecoach.errors import BrokerError, ConfigError

LOOPBACK = "127.0.0.1"
PORT = 1883
_CONFIG = """\
id = 0
[router]
id = 0
max_connections = 1000
max_outgoing_packet_count = 200
max_segment_size = 1048576
max_segment_count = 4
[v5.1]
name = "loopback"
listen = "{host}:{port}"
next_connection_delay_ms = 1
[v5.1.connections]
connection_timeout_ms = 5000
max_payload_size = 20480
max_inflight_count = 100
dynamic_filters = true
"""


@contextmanager
def embedded_broker(port: int = PORT) -> Iterator[int]:
    """Run a broker on loopback and give its port; a free one when ``port`` is taken.

    Raises
    ------
    ConfigError
        iotcore is not installed.
    BrokerError
        It does not start.
    """
    try:
        iotcore = import_module("iotcore")
    except ImportError as exc:
        way_out = 'needs iotcore: pip install "livecoach[monitor]"'
        raise ConfigError("--embedded", way_out) from exc
    chosen = port if _free(port) else _any_port()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "broker.toml"
        path.write_text(_CONFIG.format(host=LOOPBACK, port=chosen), encoding="utf-8")
        broker = iotcore.Broker(config_path=str(path))
        try:
            broker.start()
        except (OSError, RuntimeError) as exc:
            raise BrokerError(f"the embedded broker does not start: {exc}") from exc
        try:
            yield chosen
        finally:
            broker.stop()


def _free(port: int) -> bool:
    try:
        with socket.create_server((LOOPBACK, port)):
            return True
    except OSError:
        return False


def _any_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])
