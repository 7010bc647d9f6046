"""The document and the schema that reads and writes are one."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from livecoach.errors import WireError
from livecoach.monitor.asyncapi import document
from livecoach.monitor.orders import Orders
from livecoach.wire.topics import (
    COMMANDS,
    PAYLOADS,
    CommandName,
    ReportName,
    parse,
    read_command,
    read_report,
    write,
)
from tests.monitor.runners import FakeRunner

PINNED = Path(__file__).parents[1] / "data" / "asyncapi.json"


def schema_of(message: str) -> dict[str, Any]:
    made = document()
    reference = made["components"]["messages"][message]["payload"]["$ref"]
    name = reference.rpartition("/")[2]
    text = json.dumps(made["components"]["schemas"]).replace("#/components/schemas/", "#/$defs/")
    schemas: dict[str, Any] = json.loads(text)
    return {**schemas[name], "$defs": schemas}


def test_the_document_is_the_pinned_one() -> None:
    """Who changes what goes over the wire sees it here.

    ``python -m livecoach monitor --asyncapi > tests/data/asyncapi.json`` pins it anew.
    """
    made = json.loads(json.dumps(document()))
    made["info"].pop("version")
    pinned = json.loads(PINNED.read_text())
    pinned["info"].pop("version")
    assert made == pinned


def test_every_topic_and_no_other_is_in_the_document() -> None:
    made = document()
    addresses = {c["address"] for c in made["channels"].values()}
    assert len(addresses) == len(PAYLOADS) + len(COMMANDS)
    for address in addresses:
        topic = parse(address.format(group="club", runner="ada"))
        assert topic.report in PAYLOADS or topic.command in COMMANDS
    for operation in made["operations"].values():
        assert operation["channel"]["$ref"].rpartition("/")[2] in made["channels"]


def test_every_field_of_every_message_is_in_the_document() -> None:
    schemas = document()["components"]["schemas"]
    for kind in (*PAYLOADS.values(), *COMMANDS.values()):
        assert set(schemas[kind.__name__]["properties"]) - {"v"} == set(kind.__struct_fields__)


RUNNER = FakeRunner("ada")
REPORTS: dict[ReportName, Any] = {
    "live": RUNNER.live(1.0),
    "strides": RUNNER.strides(1.0),
    "status": RUNNER.status(),
    "event": RUNNER.event(1.0, "cue_decided", cue=1, cue_kind="speech", phrase="x"),
    "session": RUNNER.began(),
}


@pytest.mark.parametrize("name", REPORTS)
def test_what_we_write_is_what_the_document_says(name: ReportName) -> None:
    told = json.loads(write(REPORTS[name]))
    jsonschema.validate(told, schema_of(name))
    told["epoch_s" if "epoch_s" in told else "seq"] = "then"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, schema_of(name))
    with pytest.raises(WireError):
        read_report(name, json.dumps(told).encode())


@pytest.mark.parametrize(
    ("command", "good", "bad"),
    [
        ("target", {"target_spm": 176}, {"target_spm": 500}),
        ("say", {"text": "Tall."}, {"text": ""}),
        ("mode", {"mute": True}, {"mute": "yes"}),
    ],
)
def test_document_and_reader_refuse_the_same_commands(
    command: CommandName, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    wish = {"group": "club", "runner": "ada", "command": command, **good}
    payload = Orders().prepare(wish, "id1", 1.0, 2.0).payload
    told = msgspec.json.decode(payload)
    schema = schema_of(f"cmd_{command}")
    jsonschema.validate(told, schema)
    read_command(command, payload)
    for wrong in (told | bad, told | {"extra": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
        with pytest.raises(WireError):
            read_command(command, msgspec.json.encode(wrong))
