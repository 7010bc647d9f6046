"""The I2C door on a simulated bus, in virtual and in real time, into the running pipeline."""

import asyncio
import itertools
import time
from pathlib import Path

import pytest

from livecoach.config import AudioConfig, Config
from livecoach.errors import ConfigError, SourceError
from livecoach.model import ImuSample, Input, Link, Notice, Payload, Profile
from livecoach.session import Plan, run
from livecoach.session.radio import Radio
from livecoach.sources import open_live
from livecoach.sources.file import SessionDoor
from livecoach.sources.i2c import I2cDoor, Wanted, open_bus, parse
from livecoach.sources.i2c.keeper import Keeper
from tests.hw.sim_lsm6ds import SimBus, SimChip, running, standing

URI = "1?chip=lsm6dsox&mount=chest&up=+z&forward=+x"


class World:
    """A bus, a chip and the keeper in virtual time; everything heard is kept."""

    def __init__(self, uri: str = URI, **chip: object) -> None:
        self.t = 0.0
        self.chip = SimChip(clock=lambda: self.t, **chip)  # type: ignore[arg-type]  # keywords
        self.bus = SimBus({0x6A: self.chip})
        self.wanted = parse(uri)
        self.inputs: list[Input] = []
        self.lines: list[str] = []
        self.keeper = Keeper(self.bus, self.wanted, self, lambda: self.t)

    def found(self, wanted: Wanted) -> None:
        """Take that it streams."""
        self.inputs.append(Link(0, self.t, wanted.source, "found", wanted.info()))

    def burst(self, wanted: Wanted, data: bytes) -> None:
        """Take what its FIFO held."""
        row = len(self.inputs)
        self.inputs.append(Payload(0, self.t, wanted.source, "lsm6ds.fifo", row, data))

    def lost(self, wanted: Wanted) -> None:
        """Take that it is gone."""
        self.inputs.append(Link(0, self.t, wanted.source, "lost"))

    def tell(self, line: str) -> None:
        """Take a line."""
        self.lines.append(line)

    def live(self, seconds: float, every_s: float = 0.02) -> None:
        """Poll for so long."""
        until = self.t + seconds
        while self.t < until:
            self.t += every_s
            self.keeper.poll()

    def samples(self) -> list[tuple[float, ImuSample]]:
        """Return (arrival, sample) of all that was heard."""
        radio = Radio(self.wanted.source, self.wanted.rate_hz)
        out = []
        for x in self.inputs:
            if isinstance(x, Link) and x.state == "found":
                radio.reconnected()
            if isinstance(x, Payload):
                out += [(x.t, s) for s in radio.update(x) if isinstance(s, ImuSample)]
        return out

    def samples_are_true(self, samples: list[tuple[float, ImuSample]]) -> None:
        """Hold the last two thirds of the samples against when they were really taken."""
        taken = self.chip.taken_s()[-len(samples) * 2 // 3 :]
        told = [s.t for _, s in samples][-len(taken) :]
        apart = [a - b for a, b in zip(told, taken, strict=True)]
        assert all(-0.004 < a < 0.001 for a in apart), (min(apart), max(apart))
        assert max(apart) - min(apart) < 0.0025  # half a sample

    def notices(self) -> list[str]:
        """Return what the session would say of the stream."""
        radio = Radio(self.wanted.source, self.wanted.rate_hz)
        texts = []
        for x in self.inputs:
            if isinstance(x, Payload):
                texts += [i.text for i in radio.update(x) if isinstance(i, Notice)]
        return texts


@pytest.mark.parametrize("ratio", [0.985, 1.0, 1.012])
def test_every_sample_comes_once_at_its_own_time_whatever_the_oscillator(ratio: float) -> None:
    world = World(rate_ratio=ratio)
    world.live(60.0)
    samples = world.samples()
    assert len(samples) == pytest.approx(60 * 208 * ratio, abs=12)
    times = [s.t for _, s in samples]
    assert all(b > a for a, b in itertools.pairwise(times))
    late = [(arrival, s.t) for arrival, s in samples if arrival > 20.0]
    rate = (len(late) - 1) / (late[-1][1] - late[0][1])
    assert rate == pytest.approx(208 * ratio, rel=2e-4)  # the true rate, not the nominal one
    # A sample waits for the next poll at most, and 2 ms are taken for reading it.
    assert all(0.001 < arrival - t < 0.03 for arrival, t in late)
    world.samples_are_true(samples)
    assert world.notices() == []


def test_the_chips_word_on_its_oscillator_makes_the_first_seconds_right() -> None:
    world = World(rate_ratio=1.0 + 0.0015 * 8, fine=8)
    world.live(4.0)
    times = [s.t for _, s in world.samples()]
    assert (len(times) - 1) / (times[-1] - times[0]) == pytest.approx(208 * 1.012, rel=1e-3)


def test_a_stall_overruns_the_fifo_breaks_the_time_base_and_is_said() -> None:
    world = World()
    world.live(10.0)
    world.t += 2.0
    world.live(10.0)
    assert world.chip.overruns == 1
    assert any("overran" in line for line in world.lines)
    times = [s.t for _, s in world.samples()]
    gaps = [(a, b - a) for a, b in itertools.pairwise(times) if b - a > 0.02]
    ((at, gap),) = gaps
    assert at == pytest.approx(10.0, abs=0.04)
    assert gap == pytest.approx(2.0 - 170 / 208, abs=0.05)  # the newest 170 instants are left
    (notice,) = [text for text in world.notices() if "lost on the way" in text]
    lost = int(notice.split(": ")[1].split(" ")[0])
    assert lost == pytest.approx(2.0 * 208 - 170, abs=6)


def test_ticks_may_wrap() -> None:
    world = World(first_tick=2**32 - 10 * 40_000)
    world.live(20.0)
    times = [s.t for _, s in world.samples()]
    steps = [b - a for a, b in itertools.pairwise(times)]
    assert max(steps) < 0.01
    assert world.notices() == []


@pytest.mark.parametrize(
    ("told", "real", "words"),
    [
        ("chip=lsm6dsox", "lsm6dso32", "it is an lsm6dso32"),
        ("chip=lsm6dso32", "lsm6dsox", "it is an lsm6dsox"),
    ],
)
def test_the_wrong_variant_is_found_by_gravity_and_set_right(
    told: str, real: str, words: str
) -> None:
    world = World(f"1?{told}&mount=chest", model=real)
    world.live(3.0)
    assert any(words in line for line in world.lines)
    _, last = world.samples()[-1]
    assert last.acc_z == pytest.approx(9.80665, rel=0.01)


def test_the_right_variant_is_left_alone_and_movement_is_no_verdict() -> None:
    world = World()
    world.live(3.0)
    assert world.lines == ["IMU i2c-1 0x6a is there"]
    moving = World("1?chip=lsm6dso32&mount=chest", model="lsm6dsox", motion=running)
    moving.live(3.0)
    assert len(moving.lines) == 1


def test_a_chip_that_goes_and_comes_is_lost_and_found_and_its_time_goes_on() -> None:
    world = World()
    world.live(5.0)
    world.chip.present = False
    world.live(4.0)
    world.chip.present = True
    world.chip.reset()
    world.live(5.0)
    states = [x.state for x in world.inputs if isinstance(x, Link)]
    assert states == ["found", "lost", "found"]
    assert any("Nothing answers at 0x6a on i2c-1" in line for line in world.lines)
    assert world.lines[-1] == "IMU i2c-1 0x6a is back"
    times = [s.t for _, s in world.samples()]
    assert all(b > a for a, b in itertools.pairwise(times))


def test_a_chip_that_forgot_its_setting_is_set_up_again() -> None:
    world = World()
    world.live(5.0)
    world.chip.reset()
    world.live(5.0)
    assert any("says nothing any more" in line for line in world.lines)
    assert world.samples()[-1][0] > 9.9


def test_another_chip_at_the_address_is_named() -> None:
    world = World()
    world.chip.registers[0x0F] = 0x6B
    world.live(0.1)
    assert world.lines == [
        "IMU i2c-1 0x6a answers 0x6b, not 0x6c: no LSM6DSOX or LSM6DSO32. Trying again"
    ]


def test_the_bus_carries_what_a_400_khz_bus_can() -> None:
    world = World()
    world.live(10.0)
    assert world.bus.carried * 9 / 10.0 < 0.15 * 400_000
    assert world.bus.transfers / 10.0 < 260


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("i2c:", "say the number of the bus"),
        ("i2c:1?chip=mpu6050", "is none of lsm6dsox, lsm6dso32"),
        ("i2c:1?chip=lsm6dsox&range=32", "lsm6dsox has 2, 4, 8, 16 g"),
        ("i2c:1?foo=1", "unknown key `foo`"),
        ("iio:1", "say which device"),
    ],
)
def test_uris_that_make_no_sense_are_refused(uri: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        open_live((uri,), mount=None)


def test_a_foot_gets_the_chips_largest_range() -> None:
    assert parse("1?chip=lsm6dso32&mount=foot_left").full_scale_g == 32
    assert parse("1?mount=chest").full_scale_g == 8
    with pytest.raises(ConfigError, match="named twice"):
        open_live(("i2c:1", "i2c:1?mount=chest"), mount=None)


def test_a_bus_that_is_not_there_names_the_way_out() -> None:
    with pytest.raises(SourceError, match="switch I2C on"):
        open_bus("/dev/i2c-250")


async def lived(door: I2cDoor, seconds: float) -> list[Input]:
    """Serve a door for so long, in real time."""
    inputs: list[Input] = []
    start = time.monotonic()
    task = asyncio.create_task(door.run(inputs.append, lambda: time.monotonic() - start))
    await asyncio.sleep(seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return inputs


async def test_the_reader_thread_ends_with_the_door_and_the_chip_sleeps() -> None:
    chip = SimChip(motion=standing)
    bus = SimBus({0x6A: chip})
    inputs = await lived(I2cDoor([parse(URI)], lambda _: bus), 1.0)
    assert isinstance(inputs[0], Link)
    assert sum(isinstance(x, Payload) for x in inputs) > 10
    assert [x.t for x in inputs] == sorted(x.t for x in inputs)
    assert bus.closed
    assert chip.registers[0x0A] == 0


async def test_a_session_from_the_bus_replays_bit_for_bit(tmp_path: Path) -> None:
    bus = SimBus({0x6A: SimChip(motion=running)})
    door = I2cDoor([parse(URI)], lambda _: bus)
    config = Config(seconds=8.0, audio=AudioConfig(output="null"))
    seen: list[object] = []

    class Eyes:
        """Sees every event."""

        def update(self, event: object) -> None:
            """See an event."""
            seen.append(event)

        def tick(self, t: float) -> None:
            """Pass."""

    plan = Plan(config=config, profile=Profile(), record_in=tmp_path)
    lines: list[str] = []
    outcome = await run(plan, [door], lines.append, (Eyes(),))
    assert outcome.path is not None
    assert outcome.tally.steps > 10
    first, seen = seen, []
    again = Plan(config=config, profile=Profile(), pace="max")
    await run(again, [SessionDoor(outcome.path)], lines.append, (Eyes(),))
    assert seen == first
