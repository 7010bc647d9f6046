"""What a coach elsewhere may switch off: the beats, and the coach's own words. Pure.

Being mute is the coach's own affair: it then decides nothing. These only keep what it decides from
being played: a remark from elsewhere and tones, which tell of a lost sensor, always pass.
"""

from livecoach.model import Command, Cue, Event

REMARK = "a remark from elsewhere"
"""How the reason of a spoken remark begins."""


class Switches:
    """Commands in; cues that are switched off do not come out."""

    def __init__(self) -> None:
        self._off: set[str] = set()

    def turn(self, command: Command) -> None:
        """Take ``beats`` or ``cues``, ``on`` or ``off``; others are not for here."""
        if command.name in {"beats", "cues"}:
            if command.value == "off":
                self._off.add(command.name)
            else:
                self._off.discard(command.name)

    def let_through(self, events: list[Event]) -> list[Event]:
        """Return the events without the cues that are switched off."""
        if not self._off:
            return events
        return [e for e in events if not (isinstance(e, Cue) and self._is_off(e))]

    def _is_off(self, cue: Cue) -> bool:
        if cue.kind == "beat":
            return "beats" in self._off
        return cue.kind == "speech" and "cues" in self._off and not cue.reason.startswith(REMARK)
