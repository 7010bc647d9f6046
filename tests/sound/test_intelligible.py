"""Is it understood? A recogniser hears every phrase and every step rate, clean and in noise."""

import asyncio
import importlib.util
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from livecoach.coach import PHRASES
from livecoach.coach.params import HIGHEST_SPM, LOWEST_SPM
from livecoach.sinks.voice import Voice
from livecoach.sound.numbers import words
from tests.rigs import require_rig
from tests.sound.recogniser import Recogniser, spelt

_RATE_HZ = 48_000
_CARRIER = "Target {spm}."
_STEP_RATES = range(int(LOWEST_SPM), int(HIGHEST_SPM) + 1)
_REPEATS = 3


def _target(number: int) -> str:
    return _CARRIER.format(spm=number)


def _said(text: str) -> str:
    head, _, tail = text.partition(" ")
    return spelt(head) + " " + " ".join(words(float(tail.rstrip("."))))


_SENTENCES = {p: spelt(p) for p in PHRASES} | {_target(n): _said(_target(n)) for n in _STEP_RATES}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, NDArray[np.float32]]:
    """Return every phrase and step rate as the default engine says it."""
    speaks = importlib.util.find_spec("py_nanotts") is not None and sys.platform != "darwin"
    require_rig(speaks, "py-nanotts, whose speech is judged")
    voice = Voice(tmp_path_factory.mktemp("speech"), _RATE_HZ)
    asyncio.run(voice.prepare([*PHRASES, _CARRIER]))
    found = {text: voice.clip(text) for text in _SENTENCES}
    assert voice.problem == ""
    return {text: clip for text, clip in found.items() if clip is not None}


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Recogniser:
    """Return who listens."""
    require_rig(importlib.util.find_spec("pocketsphinx") is not None, "pocketsphinx")
    return Recogniser(_SENTENCES.values(), tmp_path_factory.mktemp("grammar"))


@pytest.mark.rig
@pytest.mark.parametrize("noisy", [False, True], ids=["clean", "pink noise 20 dB below"])
def test_every_phrase_and_step_rate_is_understood(
    clips: dict[str, NDArray[np.float32]], listener: Recogniser, noisy: bool
) -> None:
    assert clips.keys() == _SENTENCES.keys()
    listener.settle([clips[phrase] for phrase in PHRASES], _RATE_HZ)
    noise = np.random.default_rng(4) if noisy else None
    misheard = []
    for text, clip in clips.items():
        for _ in range(_REPEATS if noisy and text in PHRASES else 1):
            heard = listener.hear(clip, _RATE_HZ, noise)
            if heard != _SENTENCES[text]:
                misheard.append((text, heard))
    assert misheard == []


@pytest.mark.rig
def test_silence_and_noise_are_not_understood(listener: Recogniser) -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.1, 2 * _RATE_HZ).astype(np.float32)
    heard = {listener.hear(noise[k * 9_000 :], _RATE_HZ) for k in range(4)}
    assert not heard & set(_SENTENCES.values())
