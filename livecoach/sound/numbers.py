"""Step rates in words, the way runners say them: 176 is "one seventy six".

A text with such numbers is cut into parts, few enough that they can all be rendered ahead and
joined: in English 39 of them say every number from 100 to 239. A language is one row of data.
"""

import math
import re
from typing import NamedTuple

LOWEST, HIGHEST = 100, 239
"""Numbers outside are left to the speech engine."""
SLOT = "{spm}"
"""Stands for any of the numbers in a phrase that is to be prepared."""

_GAP_S = 0.015
_BETWEEN_VOWELS_S = 0.080
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_HIATUS = re.compile(r"([aeiouy]|oh) [aeiou]", re.IGNORECASE)
_CLOSING = re.compile(r"[.,;:!?]*")


class _Numerals(NamedTuple):
    """``compound`` joins ten and unit beyond ``small``, the words from 1 on; spaces part words."""

    hundreds: tuple[str, str]
    round_hundreds: tuple[str, str]
    below_ten: str
    small: str
    tens: str
    compound: str = "{ten} {unit}"
    bound_one: str = ""
    """How 1 is said inside a compound, when it is not said as alone."""


_WORDS = {
    "en": _Numerals(
        ("one", "two"),
        ("one hundred", "two hundred"),
        "oh {unit}",
        (
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen"
        ),
        "twenty thirty forty fifty sixty seventy eighty ninety",
    ),
    "de": _Numerals(
        ("hundert", "zweihundert"),
        ("hundert", "zweihundert"),
        "{unit}",
        (
            "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
            "fünfzehn sechzehn siebzehn achtzehn neunzehn"
        ),
        "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
        "{unit} und {ten}",
        "ein",
    ),
    "es": _Numerals(
        ("ciento", "doscientos"),
        ("cien", "doscientos"),
        "{unit}",
        (
            "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
            "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés "
            "veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
        ),
        "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
        "{ten} y {unit}",
    ),
}


def words(number: float, language: str = "en-US") -> tuple[str, ...]:
    """Return the words of a number, rounded to the nearest whole one.

    Raises
    ------
    KeyError
        The language has no words here, or the number is not in `LOWEST` to `HIGHEST`.
    """
    numerals = _WORDS[_base(language)]
    whole = math.floor(number + 0.5)
    if not LOWEST <= whole <= HIGHEST:
        raise KeyError(number)
    hundred, rest = whole // 100 - 1, whole % 100
    if not rest:
        return tuple(numerals.round_hundreds[hundred].split())
    return (numerals.hundreds[hundred], *_below_hundred(rest, numerals).split())


def parts(text: str, language: str = "en-US") -> tuple[str, ...]:
    """Cut a text into what is rendered and joined to say it.

    Returns
    -------
    tuple[str, ...]
        The text itself when it has no number of ours. Otherwise its words between numbers, and each
        word of a number; signs after a number stay with its last word, and the last part always
        ends a sentence.
    """
    out: list[str] = []
    done = 0
    for found in _NUMBER.finditer(text):
        try:
            said = words(float(found[0]), language)
        except KeyError:
            continue
        out += [text[done : found.start()].strip(), *said]
        closing = _CLOSING.match(text, found.end())
        done = found.end() if closing is None else closing.end()
        out[-1] += text[found.end() : done]
    if not out:
        return (text,)
    out = [part for part in (*out, text[done:].strip()) if part]
    if out[-1][-1] not in ".!?":
        out[-1] += "."
    return tuple(out)


def parts_to_prepare(phrase: str, language: str = "en-US") -> tuple[str, ...]:
    """Return every part needed for a phrase, each once; `SLOT` in it stands for every number."""
    if SLOT not in phrase:
        return tuple(dict.fromkeys(parts(phrase, language)))
    texts = (phrase.replace(SLOT, str(number)) for number in range(LOWEST, HIGHEST + 1))
    return tuple(dict.fromkeys(part for text in texts for part in parts(text, language)))


def gap_s(before: str, after: str) -> float:
    """Return how long to pause between two parts, beside the silence `trim` leaves.

    Longer where two vowels meet, or "two oh eight" runs together: a recogniser makes "two oh three"
    of it.
    """
    return _BETWEEN_VOWELS_S if _HIATUS.search(f"{before[-2:]} {after[:1]}") else _GAP_S


def _below_hundred(number: int, numerals: _Numerals) -> str:
    small = numerals.small.split()
    if number < 10:
        return numerals.below_ten.format(unit=small[number - 1])
    if number <= len(small):
        return small[number - 1]
    ten, unit = numerals.tens.split()[number // 10 - 2], number % 10
    if not unit:
        return ten
    bound = numerals.bound_one if unit == 1 and numerals.bound_one else small[unit - 1]
    return numerals.compound.format(ten=ten, unit=bound)


def _base(language: str) -> str:
    return language.partition("-")[0].lower()
