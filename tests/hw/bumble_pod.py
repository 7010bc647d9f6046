"""The pod on a virtual radio: the firmware's C core behind a bumble device.

Services and properties are read out of the sketch's own radio file, packets and answers are the
core's; the order of things is the sketch's loop. Its sensor is on a simulated runner's foot.
Cadence and battery are declared and say nothing.
"""

import asyncio
import ctypes
import math
import re
import struct
from ctypes import byref

import numpy as np
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink

from livecoach.model import ImuSample
from livecoach.simulation import RunnerParams, SimulatedRunner
from livecoach.wire import pod, pod_control
from tests.hw.core import FIRMWARE, MOST_BYTES, Clock, Fifo, Packer, Queue, Sample, Settings, State

NAME = "LCPOD-L-CDEF"
RATE_HZ, TICKS_PER_S = 208, 40_000
RUNNER = RunnerParams(mount="foot_left", rate_hz=RATE_HZ, step_rate_spm=168.0)
_SERIAL = 0x0123456789ABCDEF
_LEFT = 1
_LOOP_S, _ADVERTISES_MS = 0.02, 100.0
_WRAP = 2**32
_BOOT_US, _BOOT_TICKS = _WRAP - 4_000_000, _WRAP - 3 * TICKS_PER_S
"""Both clocks wrap in the first seconds."""
_ACC_STEP_MPS2 = 0.976e-3 * 9.80665 / 32
_GYR_STEP_RADPS = math.radians(0.070)
_DECLARED = re.compile(
    r'create(Service|Characteristic)\((?:POD_UUID\("(\w+)"\)|"(\w+)")(?:,\s*([^()]*))?\)'
)

Raw = tuple[int, ...]


def device(link: LocalLink, address: str, name: str) -> Device:
    """Return a device with a virtual controller of its own."""
    host = Host()
    host.controller = Controller(name, link=link)
    return Device(name=name, address=Address(address), host=host)


def declared() -> list[tuple[UUID, list[Characteristic[bytes]]]]:
    """Return the services that the ESP32's radio file declares, as it declares them."""
    found: list[tuple[UUID, list[Characteristic[bytes]]]] = []
    source = (FIRMWARE / "arduino/livecoach_pod/pod_ble_nimble.cpp").read_text("utf-8")
    for what, slot, standard, said in _DECLARED.findall(source):
        uuid = UUID(f"0087{slot}-48a3-4935-b697-0be829dbf171" if slot else standard)
        if what == "Service":
            found.append((uuid, []))
            continue
        words = re.sub(r"NIMBLE_PROPERTY::|\s", "", said)
        properties = Characteristic.Properties.from_string(words)
        found[-1][1].append(
            Characteristic(
                uuid, properties, Characteristic.READABLE | Characteristic.WRITEABLE, bytes(1)
            )
        )
    return found


class Pod:
    """The pod, switched on with `run`.

    Attributes
    ----------
    made
        Every sample the sensor took, in its steps.
    sent
        Every stream packet handed to the radio.
    runner
        Who wears it.

    Parameters
    ----------
    core
        The firmware's core.
    link
        The air.
    """

    def __init__(self, core: ctypes.CDLL, link: LocalLink) -> None:
        self._core = core
        self.device = device(link, "F5:F4:F3:F2:F1:F0", NAME)
        self.runner = SimulatedRunner(RUNNER, np.random.default_rng(5))
        self.made: list[Raw] = []
        self.sent: list[bytes] = []
        self._fifo, self._clock, self._packer, self._waiting = Fifo(), Clock(), Packer(), Queue()
        settings = Settings(rate_hz=RATE_HZ, acc_g=32, gyr_125=16, samples=10, side=_LEFT)
        self._state = State(
            settings=settings, serial=_SERIAL, att_payload=20, chip_id=0x6C, model=2, mount=1
        )
        self._state.firmware[0] = 1
        self._requests: list[bytes] = []
        self._streaming, self._listener = False, False
        services = declared()
        by_uuid = {c.uuid: c for _, characteristics in services for c in characteristics}
        self._stream = by_uuid[UUID(pod.STREAM)]
        self._control = by_uuid[UUID(pod_control.CONTROL)]
        self._counters = by_uuid[UUID(pod_control.COUNTERS)]
        self._control.value = CharacteristicValue(write=self._written)
        by_uuid[UUID(pod_control.INFO)].value = CharacteristicValue(read=lambda _: self._info())
        self._counters.value = CharacteristicValue(read=lambda _: self._counted())
        self._stream.on(Characteristic.EVENT_SUBSCRIPTION, self._subscribed)
        self.device.on(Device.EVENT_CONNECTION, self._connected)
        self._link: Connection | None = None
        self.device.add_services([Service(uuid, found) for uuid, found in services])
        self._begin()

    async def run(self) -> None:
        """Take samples, answer, send, until cancelled."""
        await self.device.power_on()
        await self._advertise()
        loop = asyncio.get_running_loop()
        start, next_, n = loop.time(), self.runner.update(), 0
        while True:
            while next_.t <= loop.time() - start:
                self._take(next_)
                next_ = self.runner.update()
            await self._answer(loop.time() - start)
            await self._send()
            n += 1
            if n % round(1.0 / _LOOP_S) == 0:
                await self._once_a_second(loop.time() - start)
            await asyncio.sleep(_LOOP_S)

    async def go_away(self, seconds: float) -> None:
        """Leave its listener, say nothing for a while, then advertise again."""
        assert self._link is not None
        await self._link.disconnect()
        await asyncio.sleep(seconds)
        await self._advertise()

    async def _advertise(self) -> None:
        """Advertise the service and the name.

        On the air the name is in the scan response; bumble's virtual controllers send none.
        """
        listed = AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
        name = (AdvertisingData.COMPLETE_LOCAL_NAME, NAME.encode())
        advert = AdvertisingData([(listed, bytes(UUID(pod.SERVICE))), name])
        await self.device.start_advertising(
            advertising_data=bytes(advert),
            advertising_interval_min=_ADVERTISES_MS,
            advertising_interval_max=_ADVERTISES_MS,
        )

    def _connected(self, link: Connection) -> None:
        self._link = link
        link.on(Connection.EVENT_DISCONNECTION, self._lost)

    def _lost(self, _: int) -> None:
        self._link, self._listener = None, False

    def _subscribed(self, link: Connection, notify: bool, indicate: bool) -> None:
        del link, indicate
        self._listener = notify

    def _written(self, link: Connection, request: bytes) -> None:
        del link
        self._requests.append(bytes(request))

    def _begin(self) -> None:
        """Begin the sensor anew, as `imu_begin` does."""
        at = len(self.made) / RATE_HZ
        self._core.lcpod_clock_init(byref(self._clock), *self._clocks(at), 0)
        self._core.lcpod_fifo_reset(byref(self._fifo))
        self._start_packets()

    def _start_packets(self) -> None:
        of, fits = self._state.settings, self._core.lcpod_fits(self._state.att_payload)
        most = min(fits, of.samples or fits)
        self._core.lcpod_pack_init(
            byref(self._packer), most, of.rate_hz, of.acc_g, of.gyr_125, of.side
        )

    def _take(self, sample: ImuSample) -> None:
        """Take a sample as the sensor's three words."""
        acc = _ACC_STEP_MPS2 * self._state.settings.acc_g
        forces = [x / acc for x in (sample.acc_x, sample.acc_y, sample.acc_z)]
        turns = [(x or 0.0) / _GYR_STEP_RADPS for x in (sample.gyr_x, sample.gyr_y, sample.gyr_z)]
        raw = tuple(max(-32768, min(32767, round(x))) for x in (*forces, *turns))
        ticks, _ = self._clocks(sample.t)
        slot = (len(self.made) & 3) << 1
        self.made.append(raw)
        for word in (
            bytes([4 << 3 | slot]) + struct.pack("<IH", ticks.value, 0),
            bytes([1 << 3 | slot]) + struct.pack("<3h", *raw[3:]),
            bytes([2 << 3 | slot]) + struct.pack("<3h", *raw[:3]),
        ):
            self._word(word)

    def _word(self, word: bytes) -> None:
        sample, out = Sample(), ctypes.create_string_buffer(MOST_BYTES)
        if not self._core.lcpod_fifo_word(byref(self._fifo), word, byref(sample)):
            return
        self._state.counters[0] += 1
        if not self._streaming:
            return
        n = self._core.lcpod_pack(byref(self._packer), byref(self._clock), byref(sample), out)
        if n:
            size = ctypes.c_size_t(n)
            self._state.counters[1] += self._core.lcpod_queue_put(byref(self._waiting), out, size)

    async def _answer(self, t: float) -> None:
        """Answer one request, and do it."""
        if not self._requests:
            return
        request = self._requests.pop(0)
        reply, done = ctypes.create_string_buffer(15), ctypes.c_uint8()
        self._state.att_payload = self._att_payload()
        ticks, _ = self._clocks(t)
        us = ctypes.c_uint32(self._core.lcpod_clock_us(byref(self._clock), ticks))
        size = ctypes.c_size_t(len(request))
        n = self._core.lcpod_control(byref(self._state), request, size, us, us, reply, byref(done))
        await self.device.indicate_subscribers(self._control, reply.raw[:n])
        if done.value == pod_control.SET:
            self._begin()

    async def _send(self) -> None:
        """Send what waits, to a listener who is new from a fresh packet on."""
        wanted, size = self._listener, ctypes.c_size_t()
        if wanted and not self._streaming:
            self._core.lcpod_queue_clear(byref(self._waiting))
            self._state.att_payload = self._att_payload()
            self._start_packets()
        self._streaming = wanted
        while self._listener and (
            head := self._core.lcpod_queue_head(byref(self._waiting), byref(size))
        ):
            packet = bytes(head[: size.value])
            self.sent.append(packet)
            self._core.lcpod_queue_pop(byref(self._waiting))
            await self.device.notify_subscribers(self._stream, packet)

    async def _once_a_second(self, t: float) -> None:
        self._core.lcpod_clock_mark(byref(self._clock), *self._clocks(t))
        await self.device.notify_subscribers(self._counters, self._counted())

    def _att_payload(self) -> int:
        return 20 if self._link is None else self._link.att_mtu - 3

    def _info(self) -> bytes:
        out = ctypes.create_string_buffer(20)
        self._core.lcpod_info(byref(self._state), out)
        return out.raw

    def _counted(self) -> bytes:
        return bytes(self._state.counters)

    @staticmethod
    def _clocks(t: float) -> tuple[ctypes.c_uint32, ctypes.c_uint32]:
        """Return the sensor's ticks and the board's microseconds."""
        ticks = _BOOT_TICKS + round(t * TICKS_PER_S)
        return ctypes.c_uint32(ticks % _WRAP), ctypes.c_uint32((_BOOT_US + round(t * 1e6)) % _WRAP)
