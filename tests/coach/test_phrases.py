"""The words: every language whole, mistakes named in one line, a coach's own in place of ours."""

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from livecoach import config
from livecoach.coach import CoachParams
from livecoach.coach.phrases import LANGUAGES, Phrases, Wording, english
from livecoach.errors import ConfigError

ONCE = {"sound_is_back", "guide_begin", "guide_done"}
BODY = {
    "knee",
    "hip",
    "ankle",
    "injury",
    "pain",
    "knie",
    "hüfte",
    "verletzung",
    "rodilla",
    "lesión",
}


def chosen(tmp_path: Path, text: str, language: str = "en-US") -> config.Config:
    (tmp_path / "words.toml").write_text(text)
    path = tmp_path / "my.toml"
    path.write_text(
        f"[coach]\ntarget = '+5%'\nphrases = 'words.toml'\n[audio]\nlanguage = '{language}'"
    )
    return config.load(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_several_wordings_for_everything(language: str) -> None:
    audio = config.AudioConfig(language=language)
    coach = CoachParams(target="+5%")
    found = config.settled(config.Config(audio=audio, coach=coach))
    words = found.coach.phrases
    assert isinstance(words, Phrases)
    assert (words == english()) == (language == "en-US")
    for name in Phrases.__struct_fields__:
        once = name in ONCE or name.startswith("status_")
        assert len(getattr(words, name)) >= (1 if once else 2), name
    assert config.spoken(found) == words.every(guided=False)
    sweep = config.override(found, {"guide": "sweep", "coach.target": ""}, "x")
    assert config.spoken(sweep) == words.every(guided=True)
    assert set(words.every()) == {*config.spoken(found), *config.spoken(sweep)}
    assert all(text.endswith(".") for text in (*words.every(), *words.status()))
    worn = config.override(found, {"wearable": {}}, "x")
    assert config.spoken(worn) == (*words.status(), *config.spoken(found))


def test_no_phrase_speaks_of_injury_and_only_the_design_names_a_joint() -> None:
    named = [t for t in english().every() if BODY & set(t.lower().replace(".", "").split())]
    assert named == []


def test_wordings_take_turns() -> None:
    wording = Wording(english())
    said = [wording.next("braking") for _ in range(6)]
    assert set(said) == set(english().braking)
    assert all(a != b for a, b in pairwise(said))


def test_a_coachs_own_words_stand_in_for_ours_and_travel_in_the_header(tmp_path: Path) -> None:
    found = chosen(tmp_path, "bounce = ['Schweben.']", "de-DE")
    words = found.coach.phrases
    assert isinstance(words, Phrases)
    assert words.bounce == ("Schweben.",)
    assert words.push[0] == "Schieb den Boden hinter dich."
    header = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(found)))
    assert msgspec.convert(header, config.Config) == found
    (tmp_path / "words.toml").unlink()
    assert config.settled(found) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bounse = ['Float.']", "unknown key `coach.phrases.bounse`; did you mean `bounce`?"),
        ("bounce = []", "at `coach.phrases.bounce`"),
        ("bounce = ['']", "length >= 1 at `coach.phrases.bounce[0]`"),
        ('bounce = ["two\\nlines"]', "at `coach.phrases.bounce[0]`"),
        (f"bounce = ['{'x' * 81}']", "length <= 80"),
        ("bounce = 'Float.'", "Expected `array`"),
        ("bounce = [", "not TOML"),
    ],
)
def test_mistakes_are_named_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        chosen(tmp_path, text)
    line = str(caught.value)
    assert words in line
    assert str(tmp_path / "words.toml") in line
    assert "\n" not in line


def test_a_missing_file_and_a_language_without_words_are_named(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text("[coach]\nphrases = 'none.toml'")
    with pytest.raises(ConfigError, match=r"none\.toml: no such file of phrases"):
        config.load(path)
    french = config.Config(
        audio=config.AudioConfig(language="fr-FR"), coach=CoachParams(target="+5%")
    )
    with pytest.raises(ConfigError, match=r"audio\.language: no fr-FR.*words of your own"):
        config.settled(french)
    assert config.settled(config.override(french, {"audio.speech": False}, "x"))
    with pytest.raises(ConfigError, match="missing required field"):
        chosen(tmp_path, "bounce = ['Haut !']", "fr-FR")


def test_words_from_before_there_were_guided_protocols_still_serve() -> None:
    table = msgspec.to_builtins(english())
    old = {k: v for k, v in table.items() if not k.startswith(("guide_", "drill_", "status_"))}
    words = msgspec.convert(old, Phrases)
    assert words.every(guided=True) == ()
    assert words.every() == english().every(guided=False)
