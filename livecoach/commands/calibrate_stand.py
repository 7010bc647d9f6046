"""``livecoach calibrate stand``: three seconds of standing still say which axis points up."""

import asyncio
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.text import Text

from livecoach import config as configuration
from livecoach.commands.output import print_json, stdout
from livecoach.commands.run import let_speak
from livecoach.errors import ConfigError, SourceError, WireError
from livecoach.gait.standing import Standing, standing
from livecoach.model import ImuSample, Input, Link, Payload
from livecoach.session.pacing import merged
from livecoach.session.radio import Radio
from livecoach.sources import LiveDoor, ble, i2c, iio, is_live, open_live, open_sources
from livecoach.wire import recording

_WAIT_S: Final = 20.0
_SETTLE_S: Final = 1.0
_LOOK_S: Final = 0.05

Samples = dict[str, list[ImuSample]]


class _Hears:
    """Inputs in, samples by sensor out."""

    def __init__(self) -> None:
        self.samples: Samples = {}
        self._radios: dict[str, Radio] = {}
        self._rows: dict[str, recording.ImuRows] = {}

    def put(self, x: Input) -> None:
        """Take in an input; what cannot be read is left out."""
        if isinstance(x, Link) and x.info is not None and x.info.kind == "imu":
            self._radios[x.source] = Radio(x.source, x.info.rate_hz)
            if x.info.columns:
                self._rows[x.source] = recording.ImuRows(x.info)
        if not isinstance(x, Payload) or x.source not in self._radios:
            return
        try:
            if x.source in self._rows:
                found: list[ImuSample] = [self._rows[x.source].update(x.data)]
            else:
                items = self._radios[x.source].update(x)
                found = [item for item in items if isinstance(item, ImuSample)]
        except WireError:
            return
        self.samples.setdefault(x.source, []).extend(found)


def stand(*, config: Path | None, sources: tuple[str, ...], seconds: float, as_json: bool) -> int:
    """Find each sensor's axis that points up; return the exit code."""
    if config is not None and sources:
        raise ConfigError("--source", "the configuration names the sources: leave one of them out")
    uris = configuration.load(config).sources if config is not None else sources
    live = open_live(uris, mount=None)
    if live:
        if not as_json:
            let_speak(live, _say)
            _say(f"Stand still and upright for {seconds:g} s.")
        samples = asyncio.run(_listened(live, seconds))
    else:
        doors = open_sources(uris, mount=None, speed_mps=None, speed_told=False, seed=0)
        hears = _Hears()
        for x in merged(doors, seconds):
            hears.put(x)
        samples = hears.samples
    if not samples:
        raise SourceError("no motion sensor was heard; is it on, and worn?")
    found = {name: _found(name, heard) for name, heard in samples.items()}
    table = [_kept(config, uris, name, what) for name, what in found.items()]
    if as_json:
        print_json({"sensors": table})
        return 0
    for row in table:
        tilt = f"{row['tilt_deg']:.0f} degrees off"
        _say(f"{row['name']}: {row['up']} points up ({tilt}, {row['size_g']:.2f} g).")
        how = f"written into {config}" if row["kept"] else f"say --source '{row['source']}'"
        _say(f"  {how}")
    return 0


def _found(name: str, samples: list[ImuSample]) -> Standing:
    found = standing(samples)
    if isinstance(found, str):
        raise SourceError(f"{name}: {found}")
    return found


async def _listened(doors: list[LiveDoor], seconds: float) -> Samples:
    """Return what comes in so many seconds after the first sample has come, and settled."""
    hears, start = _Hears(), time.monotonic()

    def now() -> float:
        return time.monotonic() - start

    tasks = [asyncio.create_task(door.run(hears.put, now)) for door in doors]
    try:
        if await _until(lambda: any(hears.samples.values()), _WAIT_S, tasks):
            await _until(lambda: False, _SETTLE_S, tasks)
            for heard in hears.samples.values():
                heard.clear()
            await _until(lambda: False, seconds, tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return hears.samples


async def _until(true: Callable[[], bool], seconds: float, tasks: list[asyncio.Task[None]]) -> bool:
    """Wait until something is true, at most so long; raises what a door raises."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        done, _ = await asyncio.wait(tasks, timeout=_LOOK_S)
        for task in done:
            task.result()
    return true()


def _kept(
    config: Path | None, uris: tuple[str, ...], name: str, found: Standing
) -> dict[str, object]:
    """Write what was found into the configuration, where its source is named there."""
    uri = next((uri for uri in uris if _is_of(uri, name)), "")
    told = _with_up(uri, found.up) if uri else f"ble:{ble.quoted(name)}?up={found.up}"
    kept = bool(uri) and config is not None and _rewritten(config, uri, told)
    return {
        "name": name,
        "up": found.up,
        "tilt_deg": found.tilt_deg,
        "size_g": found.size_g,
        "source": told,
        "kept": kept,
    }


def _is_of(uri: str, name: str) -> bool:
    """Tell whether a URI names this very sensor."""
    scheme, _, rest = uri.partition(":")
    if scheme == "i2c":
        return i2c.parse(rest).source == name
    if scheme == "iio":
        return iio.parse(rest).source == name
    if not is_live(uri):
        return uri.endswith(name)
    wanted = ble.parse(rest)
    return bool(wanted.text) and wanted.fits(name, "")


def _with_up(uri: str, up: str) -> str:
    """Return a URI that says what points up; a forward along the same axis cannot be."""
    base, _, query = uri.partition("?")
    pairs = [p for p in query.split("&") if p and not p.startswith("up=")]
    pairs = [p for p in pairs if not re.fullmatch(rf"(forward|left)=[+-]{up[1]}", p)]
    return f"{base}?{'&'.join([*pairs, f'up={up}'])}"


def _rewritten(path: Path, uri: str, told: str) -> bool:
    """Put one URI in place of another in a file of settings; the rest stays as it is."""
    text = path.read_text(encoding="utf-8")
    for quote in ('"', "'"):
        if text.count(f"{quote}{uri}{quote}") == 1:
            partial = path.with_suffix(".part")
            partial.write_text(
                text.replace(f"{quote}{uri}{quote}", f"{quote}{told}{quote}"), encoding="utf-8"
            )
            partial.chmod(path.stat().st_mode)
            partial.replace(path)
            return True
    return False


def _say(line: str) -> None:
    stdout().print(Text(line), soft_wrap=True)
