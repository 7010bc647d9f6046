"""What is written for a club's broker: texts, and nothing of files."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from livecoach.sinks.broker.address import Address
from livecoach.wire.topics import ALL, REPORTS, ROOT

COACH = "coach"
"""The user that the monitor logs in as; no runner may be called so."""
_ROUNDS = 101
"""What mosquitto takes itself: these passwords are 192 bits of chance, stretching adds nothing."""
_SALT_BYTES = 12
_HOME_ASSISTANT = "homeassistant/device/+/config"

_SETTINGS = """\
# A broker for the group "{group}", with TLS, passwords and an access list. Start it with
#   mosquitto -c {folder}/mosquitto.conf
# The paths below are whole ones: when the folder moves, change them.
per_listener_settings false
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
{user}
persistence true
persistence_location {folder}/data/
autosave_interval 60

max_packet_size 65536
max_queued_messages 100000
include_dir {folder}/conf.d

listener {port}{bind}
cafile {folder}/ca.crt
certfile {folder}/server.crt
keyfile {folder}/server.key
tls_version tlsv1.2
"""
_BRIDGE = """\
# To another broker: what runners report goes up, what a coach asks comes down, nothing comes back.
# Its password stands here, so this file is for the broker's user alone. There, allow this user:
{there}
connection up
address {host}:{port}
remote_username {user}
remote_password {word}
remote_clientid livecoach-bridge-{group}
bridge_protocol_version mqttv311
{trust}
try_private false
notifications false
keepalive_interval 10
restart_timeout 1 30
# What was asked while the bridge was down is not asked later; what was reported goes up later.
cleansession true
local_cleansession false
{topics}
"""


def settings(folder: Path, group: str, port: int, *, away: bool, user: str) -> str:
    """Return ``mosquitto.conf``; with ``away`` others than this machine can reach it.

    ``user`` owns the files: a broker started by root becomes that user.
    """
    return _SETTINGS.format(
        folder=folder,
        group=group,
        port=port,
        bind="" if away else " 127.0.0.1",
        user=f"user {user}" if user else "",
    )


def access(group: str) -> str:
    """Return the access list without runners: the coach's rights and what holds for each name."""
    own = f"{ROOT}/{group}/%u"
    return "\n".join(
        [
            "# Who is named here may, who is not may not. A new name: livecoach monitor init.",
            f"user {COACH}",
            f"topic read {ROOT}/{group}/#",
            f"topic write {ROOT}/{group}/+/cmd/+",
            f"topic write {_HOME_ASSISTANT}",
            "",
            "# Each runner: their own reports and wishes, by the name they log in with.",
            *(f"pattern write {own}/{name}" for name in REPORTS),
            f"pattern read {own}/cmd/+",
            "",
        ]
    )


def access_of_all(group: str, runner: str) -> str:
    """Return the lines that let a runner hear what is for everyone; no pattern can say it."""
    return f"\nuser {runner}\ntopic read {ROOT}/{group}/{ALL}/cmd/+\n"


def password_line(user: str, word: str, salt: bytes) -> str:
    """Return a line of mosquitto's password file (``$7$``: PBKDF2 with SHA-512)."""
    if len(salt) != _SALT_BYTES:
        raise ValueError(f"a salt has {_SALT_BYTES} bytes")
    told = hashlib.pbkdf2_hmac("sha512", word.encode(), salt, _ROUNDS)
    salted, hashed = (base64.b64encode(raw).decode() for raw in (salt, told))
    return f"{user}:$7${_ROUNDS}${salted}${hashed}\n"


def runner_file(group: str, runner: str, host: str, port: int) -> str:
    """Return a runner's credentials file."""
    return f"""\
# {runner}'s way to the broker of the group "{group}". Keep this folder together and to yourself:
# whoever has it can report in your name. Use: livecoach run {runner}.toml --source ble:

[broker]
url = "{_url(runner, host, port)}"
group = "{group}"
runner = "{runner}"
ca_file = "ca.crt"              # these two lie beside this file
password_file = "password"
allow = []                      # what the coach may ask of you: "target", "say", "mode"
"""


def monitor_file(group: str, host: str, port: int) -> str:
    """Return the monitor's credentials file."""
    return f"""\
# The coach's page of the group "{group}". Use: livecoach monitor monitor.toml

[broker]
url = "{_url(COACH, host, port)}"
ca_file = "ca.crt"              # these two lie beside this file
password_file = "password"

[monitor]
listen = "127.0.0.1:8765"       # for others see configs/coach.toml
group = "{group}"
"""


def bridge(group: str, up: Address, word: str, ca_file: Path | None, ca_folder: str) -> str:
    """Return a bridge to the broker ``up``: reports go there, wishes come from there.

    Its certificate is vouched for by ``ca_file``, else by the authorities in ``ca_folder``.
    """
    below = f"{ROOT}/{group}/+"
    topics = [f"topic {below}/live out 0"]
    topics += [f"topic {below}/{name} out 1" for name in REPORTS if name != "live"]
    topics.append(f"topic {below}/cmd/+ in 1")
    trust = f"bridge_cafile {ca_file}" if ca_file else f"bridge_capath {ca_folder}"
    return _BRIDGE.format(
        there="".join(f"#   {line}\n" for line in _rights_there(group, up.user)).rstrip(),
        host=up.host,
        port=up.port,
        user=up.user,
        word=word,
        group=group,
        trust=trust if up.tls else "# no TLS: this machine only",
        topics="\n".join(topics),
    )


def _rights_there(group: str, user: str) -> Sequence[str]:
    below = f"{ROOT}/{group}/+"
    rights = [f"topic write {below}/{name}" for name in REPORTS]
    return [f"user {user}", *rights, f"topic read {below}/cmd/+"]


def _url(user: str, host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"mqtts://{quote(user)}@{shown}:{port}"
