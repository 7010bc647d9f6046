"""The AsyncAPI 3 document of all messages, made from the schema that reads and writes them."""

import inspect
from typing import Any

import msgspec

from livecoach import __version__
from livecoach.wire.topics import ALL, COMMANDS, PAYLOADS, ROOT

_REFS = "#/components/schemas/{name}"
_AT_MOST_ONCE = {"live"}
_PARAMETERS = {
    "group": {"description": "A club, a team: one part of a topic, without / + #."},
    "runner": {"description": f"A runner; for commands {ALL!r} means everyone in the group."},
}


def document() -> dict[str, Any]:
    """Return the document; the runner's program is the application it describes."""
    kinds = [*PAYLOADS.values(), *COMMANDS.values()]
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_REFS)
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for name, kind in PAYLOADS.items():
        _describe(channels, messages, name, f"{ROOT}/{{group}}/{{runner}}/{name}", kind)
        operations[f"send_{name}"] = _operation("send", name, int(name not in _AT_MOST_ONCE))
    for command, order in COMMANDS.items():
        key = f"cmd_{command}"
        _describe(channels, messages, key, f"{ROOT}/{{group}}/{{runner}}/cmd/{command}", order)
        operations[f"obey_{command}"] = _operation("receive", key, 1)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "livecoach",
            "version": __version__,
            "description": "What a runner's livecoach reports and obeys over MQTT.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def _describe(
    channels: dict[str, Any], messages: dict[str, Any], key: str, address: str, kind: type
) -> None:
    channels[key] = {
        "address": address,
        "parameters": _PARAMETERS,
        "messages": {key: {"$ref": f"#/components/messages/{key}"}},
    }
    messages[key] = {
        "name": kind.__name__,
        "summary": (inspect.getdoc(kind) or "").partition("\n")[0],
        "payload": {"$ref": _REFS.format(name=kind.__name__)},
    }


def _operation(action: str, key: str, qos: int) -> dict[str, Any]:
    mqtt: dict[str, Any] = {"qos": qos, "bindingVersion": "0.2.0"}
    if action == "send":
        mqtt["retain"] = key == "status"
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{key}"},
        "messages": [{"$ref": f"#/channels/{key}/messages/{key}"}],
        "bindings": {"mqtt": mqtt},
    }
