"""What a URI says of how a sensor is worn: ``?mount=chest&up=+y&forward=+z``."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from livecoach.errors import ConfigError
from livecoach.model import MOUNTS

_AXES = ("+x", "-x", "+y", "-y", "+z", "-z", "unknown")
WORN: Final[dict[str, tuple[str, ...]]] = {
    "mount": MOUNTS,
    **dict.fromkeys(("forward", "left", "up"), _AXES),
}


def asked(uri: str, query: str, allowed: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Read a query whose keys may have these values only.

    Raises
    ------
    ConfigError
        Naming ``uri`` and what is allowed.
    """
    try:
        # A plus sign is an axis here, never a space.
        pairs = parse_qsl(query.replace("+", "%2B"), strict_parsing=bool(query))
    except ValueError as exc:
        raise ConfigError(uri, str(exc)) from exc
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ConfigError(uri, "a key is given twice")
    for key, value in values.items():
        if key not in allowed:
            raise ConfigError(uri, f"unknown key `{key}`; known: {', '.join(allowed)}")
        if value not in allowed[key]:
            raise ConfigError(uri, f"{key}={value} is none of {', '.join(allowed[key])}")
    return values
