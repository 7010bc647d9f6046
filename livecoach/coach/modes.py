"""What may be heard now: everything, less, or nothing; as commands from anywhere say.

``mute`` silences everything at once, ``beats`` and ``cues`` (spoken phrases of the coach's own,
words on form) one kind of sound each; their value is ``on``, ``off``, ``toggle`` (a key that is
pressed again) or nothing, which is ``on``. ``stop`` ends the run: from then on nothing may be
heard. A person's remark (``say``) is no cue of the coach's: it is refused only while muted.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from livecoach.coach.params import Beats
from livecoach.model import Command

REMARK: Final = "a remark from elsewhere"
"""How the reason of a spoken remark begins."""
_FIELDS: Final = {"mute": "muted", "beats": "beats_on", "cues": "cues_on"}
_WORDS: Final = {
    ("mute", True): "Muted: nothing is heard until it is switched off.",
    ("mute", False): "No longer muted.",
    ("beats", True): "Beats are on.",
    ("beats", False): "Beats are off; the coach still speaks.",
    ("cues", True): "Spoken cues are on.",
    ("cues", False): "Spoken cues are off.",
}


class Modes(Struct, frozen=True):
    """What is allowed now."""

    muted: bool = False
    beats_on: bool = True
    cues_on: bool = True
    stopped: bool = False

    @property
    def silent(self) -> bool:
        """Whether nothing may be heard at all."""
        return self.muted or self.stopped

    def beats(self, wanted: Beats) -> Beats:
        """Return which beats are played: those the runner chose, or none."""
        return wanted if self.beats_on and not self.silent else "off"

    @property
    def cues_allowed(self) -> bool:
        """Whether the coach may speak of its own accord."""
        return self.cues_on and not self.silent

    def update(self, x: Command) -> "Modes":
        """Return what is allowed after a command; one that is not about this changes nothing."""
        if x.name == "stop":
            return replace(self, stopped=True)
        field = _FIELDS.get(x.name)
        now = None if field is None else getattr(self, field)
        wanted = {"on": True, "": True, "off": False, "toggle": not now}.get(x.value)
        return self if field is None or wanted is None else replace(self, **{field: wanted})

    def answer(self, x: Command) -> str | None:
        """Return what the person is told of a command that came while this was allowed.

        None when there is nothing to say: it changes nothing here, and nothing stands against it.
        """
        if x.name == "say" and self.silent:
            return f'Refused to say "{x.value}": muted.'
        field = _FIELDS.get(x.name)
        if field is None:
            return None
        after = self.update(x)
        if after is self:
            return f"Refused: {x.name} is on, off or toggle, not {x.value!r}."
        return _WORDS[x.name, getattr(after, field)]
