"""What the coach may say: short, outward-looking, nothing about injury or health.

External focus (what happens around the runner) costs less than attention to one's own movement
(Schuecker 2014), so a phrase speaks of ground, wind and sound, not of knees. One TOML file per
language lies beside this one; ``[coach] phrases`` names a file of a coach's own, whose keys stand
in for the shipped ones. The files are part of the program: reading them asks nobody's clock.
"""

import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

LOST = "unknown"
"""The tone for "unknown"; it needs no language."""
LANGUAGES = ("en-US", "de-DE", "es-ES")
LONGEST = 80
"""Characters in a phrase: about 4 s of speech, and most should take less than 2.5 s."""

Phrase: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=LONGEST, pattern=r"^\S[^\n\r\t]*$")
]
Wordings: TypeAlias = Annotated[tuple[Phrase, ...], Meta(min_length=1)]
Topic: TypeAlias = Literal[
    "quicker",
    "slower",
    "short",
    "braking",
    "bounce",
    "lean",
    "push",
    "asymmetry",
    "sound_is_back",
    "guide_begin",
    "guide_quicker",
    "guide_slower",
    "guide_done",
    "drill_toe_last",
    "drill_high_knee",
    "drill_tall",
    "drill_lean",
    "recall",
    "on_your_own",
]
_GUIDED = ("guide_", "drill_")
_STATUS = "status_"


class Phrases(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several wordings for each thing that may be said, used in turn.

    Those of guided protocols (``guide_``, ``drill_``) and of a wearable (``status_``) may be
    missing: then nothing is said there.
    """

    quicker: Wordings
    slower: Wordings
    short: Wordings
    braking: Wordings
    bounce: Wordings
    lean: Wordings
    push: Wordings
    asymmetry: Wordings
    sound_is_back: Wordings
    guide_begin: tuple[Phrase, ...] = ()
    guide_quicker: tuple[Phrase, ...] = ()
    guide_slower: tuple[Phrase, ...] = ()
    guide_done: tuple[Phrase, ...] = ()
    drill_toe_last: tuple[Phrase, ...] = ()
    drill_high_knee: tuple[Phrase, ...] = ()
    drill_tall: tuple[Phrase, ...] = ()
    drill_lean: tuple[Phrase, ...] = ()
    recall: Wordings
    on_your_own: Wordings
    status_ready: tuple[Phrase, ...] = ()
    status_waiting: tuple[Phrase, ...] = ()
    status_lost: tuple[Phrase, ...] = ()
    status_back: tuple[Phrase, ...] = ()
    status_memory: tuple[Phrase, ...] = ()

    def status(self) -> tuple[str, ...]:
        """Return all that a device without a screen may say of itself."""
        names = [name for name in self.__struct_fields__ if name.startswith(_STATUS)]
        return tuple(text for name in names for text in getattr(self, name))

    def every(self, *, guided: bool | None = None) -> tuple[str, ...]:
        """Return all that the coach may say: in guided protocols, in other runs, in both."""
        names = tuple(n for n in self.__struct_fields__ if not n.startswith(_STATUS))
        if guided is not None:
            names = tuple(name for name in names if name.startswith(_GUIDED) == guided)
        return tuple(dict.fromkeys(text for name in names for text in getattr(self, name)))


Weigh: TypeAlias = Callable[[str], float]
"""How often some words are to be used, against others for the same; 0: not."""


def _alike(words: str) -> float:
    del words
    return 1.0


class Wording:
    """A topic in, the words for it out, by weight; none twice in a row while there are others.

    Each choice credits all words with their weight and debits the chosen ones with all of it: alike
    they take turns, and what weighs three times as much comes that much more often.
    """

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._credit: dict[tuple[Topic, str], float] = {}
        self._last: dict[Topic, str] = {}

    def next(self, topic: Topic, weigh: Weigh = _alike) -> str:
        """Return the words for ``topic``; when none are worth anything, any."""
        wordings = tuple(dict.fromkeys(self._all(topic)))
        weights = {words: weigh(words) for words in wordings}
        useful = {words: w for words, w in weights.items() if w > 0.0} or dict.fromkeys(wordings, 1)
        for words, weight in useful.items():
            self._credit[topic, words] = self._credit.get((topic, words), 0.0) + weight
        fresh = [words for words in useful if words != self._last.get(topic)] or list(useful)
        chosen = max(fresh, key=lambda words: self._credit[topic, words])
        self._credit[topic, chosen] -= sum(useful.values())
        self._last[topic] = chosen
        return chosen

    def useful(self, topic: Topic, weigh: Weigh) -> bool:
        """Return whether any words for ``topic`` are worth something."""
        return any(weigh(words) > 0.0 for words in self._all(topic))

    def _all(self, topic: Topic) -> tuple[str, ...]:
        wordings: tuple[str, ...] = getattr(self._phrases, topic)
        return wordings


def shipped_table(language: str) -> dict[str, Any] | None:
    """Return the shipped phrases of a language such as ``de-DE`` as TOML has them, or None."""
    known = [name for name in LANGUAGES if name[:2] == language[:2].lower()]
    if not known:
        return None
    return tomllib.loads(resources.files(__name__).joinpath(f"{known[0]}.toml").read_text("utf-8"))


@cache
def english() -> Phrases:
    """Return what is said when nothing else was chosen."""
    return msgspec.convert(shipped_table("en-US"), Phrases)


PHRASES: tuple[str, ...] = english().every()
"""Everything the coach may say in English."""
