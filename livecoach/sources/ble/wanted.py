"""``ble:NAME-or-ADDRESS?mount=...``: which sensor is meant, and what is said about it.

A sensor's name as a source must be the same in every session and belong to it alone, since what is
learnt about a sensor is kept by it. So the last four digits of the address are added, unless the
advertised name ends in digits of the sensor's own (``Polar H10 12345678``, ``LCPOD-L-1A2B``).
"""

import re
from typing import Literal
from urllib.parse import quote, unquote

import msgspec
from msgspec import Struct

from livecoach.errors import ConfigError
from livecoach.model import Mount
from livecoach.sources.worn import WORN, asked

_OWN_DIGITS = re.compile(r"(?=[0-9A-F]*\d)[0-9A-F]{4,}$", re.IGNORECASE)
_ADDRESS = re.compile(r"([0-9A-F]{2}:){5}[0-9A-F]{2}|[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_CADENCES = ("steps", "per_leg")


class Wanted(Struct, frozen=True, kw_only=True):
    """What one ``ble:`` URI asks for; an empty ``text`` is every sensor there is.

    ``mount`` overrules what the sensor says of itself, ``worn`` stands in where it says nothing.
    ``cadence`` says what a foot pod counts, ``steps`` of both legs or ``per_leg``.
    """

    text: str = ""
    mount: Mount | None = None
    worn: Mount | None = None
    forward: str | None = None
    left: str | None = None
    up: str | None = None
    cadence: Literal["steps", "per_leg"] | None = None

    @property
    def uri(self) -> str:
        """Return it as it is written on the command line, without what is said about it."""
        return f"ble:{quoted(self.text)}"

    def fits(self, name: str, address: str) -> bool:
        """Tell whether a sensor may be the one meant: its address, its name or a part of it."""
        return self.fits_exactly(name, address) or self.text.casefold() in name.casefold()

    def fits_exactly(self, name: str, address: str) -> bool:
        """Tell whether a sensor is the one meant, so that nobody better need be waited for."""
        same = {address.casefold(), name.casefold(), source_name(name, address).casefold()}
        return self.text.casefold() in same

    @property
    def is_address(self) -> bool:
        """Tell whether an address was given."""
        return _ADDRESS.fullmatch(self.text.upper()) is not None


def parse(rest: str) -> Wanted:
    """Read what follows ``ble:``; raises `ConfigError`."""
    text, _, query = rest.partition("?")
    uri = f"ble:{rest}"
    values = asked(uri, query, {**WORN, "cadence": _CADENCES})
    if values and not text:
        raise ConfigError(uri, "say which sensor that is: ble:NAME?...")
    return msgspec.convert({"text": unquote(text).strip(), **values}, Wanted)


def source_name(name: str, address: str) -> str:
    """Return what a sensor is called as a source."""
    own = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if _OWN_DIGITS.search(own):
        return own
    return f"{own or 'sensor'} {re.sub('[^0-9A-Za-z]', '', address)[-4:].upper()}"


def quoted(text: str) -> str:
    """Return a name as it must be written in a URI: only what would end it is escaped."""
    return quote(text, safe=" :/-_.,()[]+=&@!$*~'")
