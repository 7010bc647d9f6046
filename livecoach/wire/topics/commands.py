"""What the coach's side asks of a runner: one struct per command, bounded.

``id`` is chosen by the sender and names the wish in every acknowledgement; the same ``id`` twice is
one wish. It must not be obeyed after ``expires_epoch_s`` (wall clock). The sender's clock may
differ from the runner's, so the runner allows for `EXPIRY_TOLERANCE_S` (judgement: phones and
laptops that know the time are within seconds).
"""

import unicodedata
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from livecoach.errors import WireError
from livecoach.wire.topics.names import CommandName
from livecoach.wire.topics.reports import Epoch, in_one_line

LOWEST_SPM, HIGHEST_SPM = 120.0, 220.0
LONGEST_TEXT = 140
EXPIRY_TOLERANCE_S = 5.0
LONGEST_EXPIRY_S = 600.0
"""A wish that lives longer than this from the runner's now is refused: it would lie in wait."""
MOST_BYTES = 2_048

OrderId: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}$(?!\n)")]


class _Order(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="v"
):
    """What all commands have in common: version 1, and nothing that is not known."""

    id: OrderId
    expires_epoch_s: Epoch


class TargetCommand(_Order, frozen=True, kw_only=True, tag=1):
    """``cmd/target``: aim at this step rate from now on."""

    target_spm: Annotated[float, Meta(ge=LOWEST_SPM, le=HIGHEST_SPM)]


class SayCommand(_Order, frozen=True, kw_only=True, tag=1):
    """``cmd/say``: say this to the runner; printable text on one line."""

    text: Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]


class ModeCommand(_Order, frozen=True, kw_only=True, tag=1):
    """``cmd/mode``: be mute or not, beats and the coach's own cues on or off; None: as it is."""

    mute: bool | None = None
    beats: bool | None = None
    cues: bool | None = None


Order: TypeAlias = TargetCommand | SayCommand | ModeCommand
COMMANDS: dict[CommandName, type[Order]] = {
    "target": TargetCommand,
    "say": SayCommand,
    "mode": ModeCommand,
}
_DECODERS: dict[CommandName, msgspec.json.Decoder[Order]] = {
    name: msgspec.json.Decoder(kind) for name, kind in COMMANDS.items()
}


def read_command(name: CommandName, payload: bytes) -> Order:
    """Read a command's payload.

    Raises
    ------
    WireError
        Too long, not JSON, not as the schema says, out of bounds, not printable, or empty; the
        message is fit to be shown to who sent it.
    """
    if len(payload) > MOST_BYTES:
        raise WireError(f"longer than {MOST_BYTES} bytes", payload[:80])
    try:
        order = _DECODERS[name].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise WireError(in_one_line(exc), payload[:80]) from exc
    if isinstance(order, SayCommand):
        _check_text(order.text, payload)
    if isinstance(order, ModeCommand) and (order.mute, order.beats, order.cues) == (None,) * 3:
        raise WireError("a mode without mute, beats or cues asks for nothing", payload[:80])
    return order


def _check_text(text: str, payload: bytes) -> None:
    """Refuse what cannot be said or would hide something from who reads it."""
    if not text.strip():
        raise WireError("nothing to say", payload[:80])
    bad = next((c for c in text if c != " " and unicodedata.category(c)[0] in "CZ"), None)
    if bad is not None:
        raise WireError(f"text with the unprintable character U+{ord(bad):04X}", payload[:80])
