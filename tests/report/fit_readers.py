"""FIT files as two readers of others see them, brought to the same words."""

import io
from datetime import UTC, datetime
from typing import Any, TypeAlias

import fitdecode
import fitparse

Row: TypeAlias = tuple[str, dict[str, Any]]

# What a reader calls a field in the case of running, or makes up from others.
_RENAMED = {
    "avg_running_cadence": "avg_cadence",
    "max_running_cadence": "max_cadence",
    "total_strides": "total_cycles",
    "timer_trigger": "data",
}


def fitdecode_rows(data: bytes) -> list[Row]:
    """Return the messages of a file, read strictly."""
    strict = fitdecode.ErrorHandling.RAISE
    with fitdecode.FitReader(io.BytesIO(data), error_handling=strict) as reader:
        frames = [f for f in reader if f.frame_type == fitdecode.FIT_FRAME_DATA]
    return [(f.name, _named({x.name: x.value for x in f.fields})) for f in frames]


def fitparse_rows(data: bytes) -> list[Row]:
    """Return the messages of a file."""
    file = fitparse.FitFile(io.BytesIO(data), check_crc=True)
    return [(m.name, _named(m.get_values())) for m in file.get_messages()]


def _named(values: dict[str, Any]) -> dict[str, Any]:
    return {_RENAMED.get(k, k): _plain(v) for k, v in values.items() if v is not None}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return bytes(value) if isinstance(value, tuple) else value
