"""Step rates in words: every one of them, in every language, from few parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from livecoach.sound.numbers import HIGHEST, LOWEST, gap_s, parts, parts_to_prepare, words

_ALL = range(LOWEST, HIGHEST + 1)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (176, "one seventy six"),
        (180, "one eighty"),
        (100, "one hundred"),
        (200, "two hundred"),
        (205, "two oh five"),
        (110, "one ten"),
        (119, "one nineteen"),
        (165.4, "one sixty five"),
        (165.5, "one sixty six"),
        (166.5, "one sixty seven"),
        (239.4, "two thirty nine"),
    ],
)
def test_numbers_are_said_as_runners_say_them(number: float, said: str) -> None:
    assert " ".join(words(number)) == said


@pytest.mark.parametrize("number", _ALL)
def test_every_number_agrees_with_num2words(number: int) -> None:
    def spelt(language: str) -> str:
        return str(num2words(number, lang=language))

    first, _, *rest = spelt("en").replace("-", " ").replace(" and ", " ").split()
    oh = ["oh"] if len(rest) == 1 and 0 < number % 100 < 10 else []
    assert list(words(number, "en-GB")) == [first, *oh, *(rest or ["hundred"])]
    assert "".join(words(number, "de-DE")) == spelt("de").replace("einhundert", "hundert", 1)
    assert " ".join(words(number, "es-ES")) == spelt("es")


@pytest.mark.parametrize("number", [99.4, 239.5, 0.0, 1e9])
def test_other_numbers_are_not_ours(number: float) -> None:
    with pytest.raises(KeyError):
        words(number)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Target 176.", ("Target", "one", "seventy", "six.")),
        ("One 176", ("One", "one", "seventy", "six.")),
        ("170, then 205 a minute!", ("one", "seventy,", "then", "two", "oh", "five", "a minute!")),
        ("165.4.", ("one", "sixty", "five.")),
        ("5 % off.", ("5 % off.",)),
        ("Run 10 at 180.", ("Run 10 at", "one", "eighty.")),
        ("Quick, light feet.", ("Quick, light feet.",)),
        ("", ("",)),
    ],
)
def test_a_text_is_cut_at_its_numbers(text: str, cut: tuple[str, ...]) -> None:
    assert parts(text) == cut


def test_a_language_without_words_leaves_numbers_to_its_engine() -> None:
    assert parts("Objectif 176.", "fr-FR") == ("Objectif 176.",)


@pytest.mark.parametrize("language", ["en-US", "de-DE", "es-ES"])
def test_a_prepared_phrase_can_be_said_with_every_number(language: str) -> None:
    prepared = parts_to_prepare("Target {spm}.", language)
    assert len(prepared) == len(set(prepared)) < 55
    for number in _ALL:
        assert set(parts(f"Target {number}.", language)) <= set(prepared)


def test_vowels_that_meet_are_kept_apart() -> None:
    assert gap_s("oh", "eight.") == gap_s("two", "oh") == gap_s("seventy", "eight.") == 0.08
    assert gap_s("seventy", "six.") == gap_s("Target", "one") == gap_s("oh", "six.") == 0.015


@given(st.text(max_size=30))
def test_any_text_is_cut_without_loss_of_its_words(text: str) -> None:
    pieces = parts(text)
    assert pieces
    if len(pieces) > 1:
        assert all(piece.strip() == piece and piece for piece in pieces)
    else:
        assert pieces[0].strip().rstrip(".") == text.strip().rstrip(".")
