"""Home Assistant's device discovery: one retained message that makes the runner a device there.

Off unless ``[broker] home_assistant`` is set. The form is that of Home Assistant 2024.11 and later
(``dev``, ``o``, ``cmps``); it was not tried against a Home Assistant, only against its
documentation (unverified).
"""

import re
from typing import Any

import msgspec

from livecoach.wire.topics import report_topic

_SHOWN = (
    ("step_rate_spm", "Cadence", "steps/min", None, 0),
    ("target_spm", "Target cadence", "steps/min", None, 0),
    ("speed_mps", "Speed", "m/s", "speed", 2),
    ("contact_time_s", "Contact time", "s", "duration", 3),
    ("vertical_oscillation_m", "Bounce", "m", "distance", 3),
    ("heart_rate_bpm", "Heart rate", "bpm", None, 0),
    ("battery_percent", "Battery", "%", "battery", 0),
)
_STALE_S = 10


def discovery(group: str, runner: str, software: str) -> tuple[str, bytes]:
    """Return topic and payload, to be retained; raises `WireError` for unusable names."""
    live, status = report_topic(group, runner, "live"), report_topic(group, runner, "status")
    ident = f"livecoach_{_plain(group)}_{_plain(runner)}"
    parts = {name: _part(ident, name, *rest) for name, *rest in _SHOWN}
    device: dict[str, Any] = {
        "dev": {"ids": ident, "name": runner, "mf": "livecoach", "sw": software},
        "o": {"name": "livecoach", "sw": software},
        "cmps": parts,
        "state_topic": live,
        "availability_topic": status,
        "availability_template": "{{ 'online' if value_json.state == 'online' else 'offline' }}",
        "qos": 0,
    }
    return f"homeassistant/device/{ident}/config", msgspec.json.encode(device)


def _part(
    ident: str, name: str, label: str, unit: str, kind: str | None, digits: int
) -> dict[str, Any]:
    part: dict[str, Any] = {
        "p": "sensor",
        "name": label,
        "unique_id": f"{ident}_{name}",
        "value_template": f"{{{{ value_json.{name} | default(none) }}}}",
        "unit_of_measurement": unit,
        "state_class": "measurement",
        "suggested_display_precision": digits,
        "expire_after": _STALE_S,
    }
    return part if kind is None else part | {"device_class": kind}


def _plain(name: str) -> str:
    """Return a name as Home Assistant allows it in a topic; two that differ still differ."""
    return re.sub(r"[^A-Za-z0-9-]", lambda found: f"_{ord(found[0]):x}", name)
