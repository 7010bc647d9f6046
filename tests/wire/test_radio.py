"""The table of sensors: every entry is whole, its decoders give what its kind says."""

import pytest
from msgspec import structs

from livecoach.errors import WireError
from livecoach.model import FootPodReading, HeartRateReading, ImuPacket, TreadmillReading
from livecoach.wire import pod, polar, polar_control, radio
from livecoach.wire.battery import Battery
from tests.wire import targets, vectors

_GIVES = {
    "imu": ImuPacket,
    "pod": FootPodReading,
    "heart": HeartRateReading,
    "treadmill": TreadmillReading,
}
_POD = pod.build(
    pod.StreamPacket(count=1, first_us=2, period_quarter_us=19231, samples=((0,) * 6,) * 3)
)
_PACKETS = {
    "livecoach pod": [_POD],
    "Polar acceleration": [vectors.POLAR_RAW],
    "Movesense": [bytes([2, 6, 0, 0, 0, 0]) + bytes(48)] * 2,
    "Movella DOT": [bytes(40)],
    "WitMotion": [vectors.WITMOTION],
    "foot pod": [vectors.RSC],
    "heart rate": [vectors.HEART],
    "treadmill": [vectors.TREADMILL],
}


@pytest.mark.parametrize("kind", radio.KNOWN, ids=lambda kind: kind.name)
def test_a_kind_gives_what_it_says(kind: radio.Kind) -> None:
    decoder = radio.decoder(kind.notify[0])
    got = [r for data in _PACKETS[kind.name] for r in decoder.update(data, 0.0)]
    assert got
    assert all(isinstance(reading, _GIVES[kind.kind]) for reading in got)


@pytest.mark.parametrize("kind", radio.KNOWN, ids=lambda kind: kind.name)
def test_a_kind_is_found_by_its_service_and_waits_only_for_what_it_hears(kind: radio.Kind) -> None:
    assert kind in radio.of([radio.full(kind.service).upper()])
    assert kind in radio.of([kind.service, "180f"])
    writes = [write for attempt in kind.start for write in attempt] + list(kind.stop)
    assert all(w.characteristic in kind.control for w in writes if w.answer)
    assert len(kind.measures) < 100


def test_every_kind_is_tried_by_the_tests() -> None:
    assert {kind.name for kind in radio.KNOWN} == set(_PACKETS)
    assert len({kind.service for kind in radio.KNOWN}) == len(radio.KNOWN)


def test_an_h10_that_advertises_its_heart_rate_only_is_known_by_its_name() -> None:
    names = [kind.name for kind in radio.of(["180d"], "Polar H10 12345678")]
    assert names == ["Polar acceleration", "heart rate"]
    assert [kind.name for kind in radio.of(["180d"], "Polar H9 1")] == ["heart rate"]
    assert radio.of([], "") == []


def test_polar_is_started_as_documented() -> None:
    [kind] = [k for k in radio.KNOWN if k.service == polar.SERVICE]
    (stop, h10), (_, verity) = kind.start
    assert stop.data == bytes.fromhex("0302")
    assert h10.data == bytes.fromhex("02020001c8000101100002010800")
    assert verity.data == bytes.fromhex("0202000134000101100002010800040103")
    assert vectors.POLAR_ALREADY.startswith(h10.answer)
    assert not vectors.POLAR_ALREADY.startswith(h10.answer + h10.good)
    assert polar_control.build_reply(polar_control.Reply(2, 2, 0)).startswith(h10.answer + h10.good)
    assert [w.data for w in kind.stop] == [stop.data]


@pytest.mark.parametrize(
    ("long", "written"),
    [
        ("00002A53-0000-1000-8000-00805F9B34FB", "2a53"),
        ("0000ffe4-0000-1000-8000-00805f9a34fb", "0000ffe4-0000-1000-8000-00805f9a34fb"),
        ("2A53", "2a53"),
    ],
)
def test_identifiers(long: str, written: str) -> None:
    """WitMotion's base differs from the SIG's by one digit."""
    assert radio.short(long) == written
    assert radio.short(radio.full(written)) == written
    assert len(radio.full(long)) == 36


def test_battery() -> None:
    decoder = radio.decoder("00002a19-0000-1000-8000-00805f9b34fb")
    assert decoder.update(b"\x58", 0.0) == [Battery(88)]
    for wrong in (b"", b"\x65"):
        with pytest.raises(WireError):
            decoder.update(wrong, 0.0)


def test_an_unknown_characteristic_is_said() -> None:
    with pytest.raises(WireError, match="2a38"):
        radio.decoder("2a38")


def test_decoders_do_not_share_state() -> None:
    """Half a frame in one is not continued in the other."""
    channel = next(k.notify[0] for k in radio.KNOWN if k.name == "WitMotion")
    one, other = radio.decoder(channel), radio.decoder(channel)
    assert one.update(vectors.WITMOTION[:9], 0.0) == []
    assert other.update(vectors.WITMOTION[9:], 0.0) == []
    assert len(one.update(vectors.WITMOTION[9:], 0.0)) == 1


def test_the_fuzz_reaches_every_channel() -> None:
    assert set(targets.CHANNELS) == set(radio._DECODERS)
    kind = structs.asdict(radio.KNOWN[0])
    assert set(kind["notify"]) <= set(targets.CHANNELS)
