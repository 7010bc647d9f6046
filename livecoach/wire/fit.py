"""Writing FIT files: messages by name in, the bytes of one whole file out. Pure.

A file is a header (14 bytes with a CRC of its own), definitions and data, and a CRC-16/ARC over all
of it. A definition lists the fields of the data messages that follow under its local number (16
there are), so a value that is not known is not written at all. A cut-off FIT file is unreadable to
every reader: write it only when all of it is there. Layout: `fit_profile`, ``monitoring.md`` 7.
"""

import math
import struct
from collections.abc import Mapping
from typing import Final, TypeAlias

from livecoach.wire.fit_profile import BYTES, F32, MESSAGES, STRING, Base, Field

EPOCH_UNIX_S: Final = 631_065_600
"""What a Unix clock showed at FIT's 0, 1989-12-31 00:00 UTC."""
LOWEST_TIME_S: Final = 0x10000000
"""FIT times below this (July 1998) count from when a device was switched on."""
Value: TypeAlias = float | str | bytes | None
_PROTOCOL, _PROFILE = 0x20, 21171
_LOCALS, _LONGEST = 16, 250
_DEFINITION, _DEVELOPER = 0x40, 0x20

_Key: TypeAlias = tuple[str, tuple[tuple[str, int], ...]]


def _table_entry(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


_CRC = tuple(_table_entry(value) for value in range(256))


def crc16(data: bytes) -> int:
    """Return the CRC-16/ARC of ``data``."""
    crc = 0
    for byte in data:
        crc = (crc >> 8) ^ _CRC[(crc ^ byte) & 0xFF]
    return crc


class FitWriter:
    """One FIT file in the making.

    Parameters
    ----------
    application_id
        16 bytes that name whose the developer fields are.
    application_version
        Of whoever writes them.
    developer
        Developer fields by name: unit and base type, numbered in this order.
    """

    def __init__(
        self,
        application_id: bytes,
        application_version: int,
        developer: Mapping[str, tuple[str, Base]],
    ) -> None:
        self._out = bytearray()
        self._local: dict[_Key, tuple[int, struct.Struct]] = {}
        self._developer = {
            name: Field(number, base) for number, (name, (_, base)) in enumerate(developer.items())
        }
        self._preamble = (application_id, application_version)
        self._units = {name: unit for name, (unit, _) in developer.items()}

    def describe(self) -> None:
        """Write whose the developer fields are and what they mean: after ``file_id``."""
        application_id, version = self._preamble
        who: dict[str, Value] = {"application_id": application_id, "developer_data_index": 0}
        self.message("developer_data_id", {**who, "application_version": version})
        for name, field in self._developer.items():
            described: dict[str, Value] = {
                "developer_data_index": 0,
                "field_definition_number": field.number,
                "fit_base_type_id": field.base.code,
                "field_name": name,
                "units": self._units[name],
            }
            self.message("field_description", described)

    def message(
        self, name: str, values: Mapping[str, Value], developer: Mapping[str, Value] | None = None
    ) -> None:
        """Append a message of the profile; what is None, or no value of its field, is left out.

        Strings are cut to 249 bytes.
        """
        fields = MESSAGES[name].fields
        standard = _stored(fields, values)
        own = _stored(self._developer, developer or {})
        sizes = tuple((key, _size(raw)) for key, raw in (*standard.items(), *own.items()))
        key = (name, sizes)
        known = self._local.get(key)
        if known is None:
            known = self._define(key, standard, own)
        local, packer = known
        self._out.append(local)
        self._out += packer.pack(*standard.values(), *own.values())

    def finish(self) -> bytes:
        """Return the file."""
        head = struct.pack("<BBHI4s", 14, _PROTOCOL, _PROFILE, len(self._out), b".FIT")
        data = head + struct.pack("<H", crc16(head)) + bytes(self._out)
        return data + struct.pack("<H", crc16(data))

    def _define(
        self, key: _Key, standard: Mapping[str, float | bytes], own: Mapping[str, float | bytes]
    ) -> tuple[int, struct.Struct]:
        """Write a definition, in place of the oldest one when all local numbers are taken."""
        local = len(self._local)
        if local == _LOCALS:
            local, _ = self._local.pop(next(iter(self._local)))
        kind = MESSAGES[key[0]]
        head = _DEFINITION | local | (_DEVELOPER if own else 0)
        self._out += struct.pack("<BBBHB", head, 0, 0, kind.number, len(standard))
        letters = "<"
        for fields, raws in ((kind.fields, standard), (self._developer, own)):
            if fields is self._developer and own:
                self._out.append(len(own))
            for name, raw in raws.items():
                field, size = fields[name], _size(raw) or struct.calcsize(fields[name].base.letter)
                last = 0 if fields is self._developer else field.base.code
                self._out += bytes((field.number, size, last))
                letters += f"{size}s" if isinstance(raw, bytes) else field.base.letter
        self._local[key] = made = (local, struct.Struct(letters))
        return made


def _stored(fields: Mapping[str, Field], values: Mapping[str, Value]) -> dict[str, float | bytes]:
    """Return what is written for those of ``values`` that are values of their field."""
    out: dict[str, float | bytes] = {}
    for name, value in values.items():
        raw = None if value is None else _raw(fields[name], value)
        if raw is not None:
            out[name] = raw
    return out


def _raw(field: Field, value: float | str | bytes) -> float | bytes | None:
    base = field.base
    if isinstance(value, str | bytes):
        if base is BYTES and isinstance(value, bytes):
            return value
        return _text(value) if base is STRING and isinstance(value, str) else None
    if base in {STRING, BYTES} or not math.isfinite(value):
        return None
    if base is F32:
        return value
    stored = round(value * field.scale)
    return stored if base.low <= stored <= base.high else None


def _text(value: str) -> bytes:
    """Return text with its closing zero, in steps of 8 bytes so that few sizes occur."""
    data = value.replace("\0", " ").encode()[: _LONGEST - 1]
    data = data.decode(errors="ignore").encode() + b"\0"
    return data.ljust(min(_LONGEST, -(-len(data) // 8) * 8), b"\0")


def _size(raw: float | bytes) -> int:
    return len(raw) if isinstance(raw, bytes) else 0
