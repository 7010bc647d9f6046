"""Which of the sensors around are used when none was named."""

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from livecoach.sources.ble.door import chosen
from livecoach.sources.ble.ears import Heard
from livecoach.wire import radio


def heard(kind: str, number: int, rssi_dbm: int = -60) -> Heard:
    service = next(k.service for k in radio.KNOWN if k.kind == kind)
    address = f"C0:00:00:00:{len(kind):02d}:{number:02d}"
    advert = AdvertisementData(
        local_name=f"{kind} {number}",
        manufacturer_data={},
        service_data={},
        service_uuids=[service],
        tx_power=None,
        rssi=rssi_dbm,
        platform_data=(),
    )
    return Heard(BLEDevice(address, advert.local_name, None), 0.0, advert)


def test_one_of_each_kind_comes_before_the_second_of_any() -> None:
    crowd = [heard("imu", n) for n in range(6)] + [heard("pod", n) for n in range(3)]
    around = [*crowd, heard("heart", 1, -90), heard("treadmill", 1, -90)]
    kinds = [h.name.split()[0] for h in chosen(around)]
    assert sorted(kinds[:4]) == ["heart", "imu", "pod", "treadmill"]
    assert len(kinds) == 6
    assert kinds[4] == "imu"


def test_of_equals_the_nearest_is_used() -> None:
    assert [h.rssi_dbm for h in chosen([heard("heart", n, -80 + n) for n in range(4)])] == [-77]
