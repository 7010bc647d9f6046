"""What FIT messages and fields are called, numbered and scaled: the part of the profile we write.

Numbers, types and scales: the public FIT profile (21.171) as fitdecode carries it. A stored integer
is the value times ``scale``.
"""

from typing import Final

from msgspec import Struct


class Base(Struct, frozen=True):
    """A base type: its code, its `struct` letter, and the integers that may stand for a value."""

    code: int
    letter: str
    low: int = 0
    high: int = 0


class Field(Struct, frozen=True):
    """One field: number, base type, and what a value is multiplied by before it is rounded."""

    number: int
    base: Base
    scale: float = 1.0


class Message(Struct, frozen=True):
    """One kind of message: its number and its fields by name."""

    number: int
    fields: dict[str, Field]


# The highest integer of each type (for u32z the lowest) stands for "unknown".
ENUM: Final = Base(0x00, "B", 0, 0xFE)
S8: Final = Base(0x01, "b", -0x7F, 0x7E)
U8: Final = Base(0x02, "B", 0, 0xFE)
U16: Final = Base(0x84, "H", 0, 0xFFFE)
U32: Final = Base(0x86, "I", 0, 0xFFFFFFFE)
U32Z: Final = Base(0x8C, "I", 1, 0xFFFFFFFF)
F32: Final = Base(0x88, "f")
STRING: Final = Base(0x07, "s")
BYTES: Final = Base(0x0D, "s")

_TIMESTAMP: Final = Field(253, U32)
_INDEX: Final = Field(254, U16)


def _totals(**own: Field) -> dict[str, Field]:
    """Return the fields that laps and sessions have in common, and their ``own``."""
    return {
        "timestamp": _TIMESTAMP,
        "message_index": _INDEX,
        "event": Field(0, ENUM),
        "event_type": Field(1, ENUM),
        "start_time": Field(2, U32),
        "total_elapsed_time": Field(7, U32, 1e3),
        "total_timer_time": Field(8, U32, 1e3),
        "total_distance": Field(9, U32, 100),
        "total_cycles": Field(10, U32),
        **own,
    }


MESSAGES: Final = {
    "file_id": Message(
        0,
        {
            "type": Field(0, ENUM),
            "manufacturer": Field(1, U16),
            "product": Field(2, U16),
            "serial_number": Field(3, U32Z),
            "time_created": Field(4, U32),
            "product_name": Field(8, STRING),
        },
    ),
    "file_creator": Message(49, {"software_version": Field(0, U16)}),
    "developer_data_id": Message(
        207,
        {
            "application_id": Field(1, BYTES),
            "developer_data_index": Field(3, U8),
            "application_version": Field(4, U32),
        },
    ),
    "field_description": Message(
        206,
        {
            "developer_data_index": Field(0, U8),
            "field_definition_number": Field(1, U8),
            "fit_base_type_id": Field(2, U8),
            "field_name": Field(3, STRING),
            "units": Field(8, STRING),
        },
    ),
    "device_info": Message(
        23,
        {
            "timestamp": _TIMESTAMP,
            "device_index": Field(0, U8),
            "manufacturer": Field(2, U16),
            "product": Field(4, U16),
            "software_version": Field(5, U16, 100),
            "source_type": Field(25, ENUM),
            "product_name": Field(27, STRING),
            "battery_level": Field(32, U8),
        },
    ),
    "event": Message(
        21,
        {
            "timestamp": _TIMESTAMP,
            "event": Field(0, ENUM),
            "event_type": Field(1, ENUM),
            "data": Field(3, U32),
            "event_group": Field(4, U8),
        },
    ),
    "record": Message(
        20,
        {
            "timestamp": _TIMESTAMP,
            "heart_rate": Field(3, U8),
            "cadence": Field(4, U8),
            "distance": Field(5, U32, 100),
            "temperature": Field(13, S8),
            "vertical_oscillation": Field(39, U16, 10),
            "stance_time_percent": Field(40, U16, 100),
            "stance_time": Field(41, U16, 10),
            "fractional_cadence": Field(53, U8, 128),
            "enhanced_speed": Field(73, U32, 1e3),
            "vertical_ratio": Field(83, U16, 100),
            "stance_time_balance": Field(84, U16, 100),
            "step_length": Field(85, U16, 10),
        },
    ),
    "lap": Message(
        19,
        _totals(
            avg_heart_rate=Field(15, U8),
            max_heart_rate=Field(16, U8),
            avg_cadence=Field(17, U8),
            max_cadence=Field(18, U8),
            lap_trigger=Field(24, ENUM),
            sport=Field(25, ENUM),
            sub_sport=Field(39, ENUM),
            avg_vertical_oscillation=Field(77, U16, 10),
            avg_stance_time_percent=Field(78, U16, 100),
            avg_stance_time=Field(79, U16, 10),
            avg_fractional_cadence=Field(80, U8, 128),
            max_fractional_cadence=Field(81, U8, 128),
            enhanced_avg_speed=Field(110, U32, 1e3),
            enhanced_max_speed=Field(111, U32, 1e3),
            avg_vertical_ratio=Field(118, U16, 100),
            avg_stance_time_balance=Field(119, U16, 100),
            avg_step_length=Field(120, U16, 10),
        ),
    ),
    "session": Message(
        18,
        _totals(
            sport=Field(5, ENUM),
            sub_sport=Field(6, ENUM),
            avg_heart_rate=Field(16, U8),
            max_heart_rate=Field(17, U8),
            avg_cadence=Field(18, U8),
            max_cadence=Field(19, U8),
            first_lap_index=Field(25, U16),
            num_laps=Field(26, U16),
            trigger=Field(28, ENUM),
            avg_vertical_oscillation=Field(89, U16, 10),
            avg_stance_time_percent=Field(90, U16, 100),
            avg_stance_time=Field(91, U16, 10),
            avg_fractional_cadence=Field(92, U8, 128),
            max_fractional_cadence=Field(93, U8, 128),
            enhanced_avg_speed=Field(124, U32, 1e3),
            enhanced_max_speed=Field(125, U32, 1e3),
            avg_vertical_ratio=Field(132, U16, 100),
            avg_stance_time_balance=Field(133, U16, 100),
            avg_step_length=Field(134, U16, 10),
        ),
    ),
    "activity": Message(
        34,
        {
            "timestamp": _TIMESTAMP,
            "total_timer_time": Field(0, U32, 1e3),
            "num_sessions": Field(1, U16),
            "type": Field(2, ENUM),
            "event": Field(3, ENUM),
            "event_type": Field(4, ENUM),
            "local_timestamp": Field(5, U32),
        },
    ),
}
