"""Commands of the prompt and of the control channel: what the world does to sensors and person."""

from tests.loopback.bluez import faults
from tests.loopback.bluez.adapter import BlueZ
from tests.loopback.sensors.base import Sensor
from tests.loopback.sensors.person import Person

HELP = """\
drop|silence|away|busy|taken|back NAME   what happens to a sensor; back undoes it
fault NAME fail|abort|hang|noresolve ..  the next connections to it fail so
lag NAME SECONDS                         its notifications come late until started anew
power off|on                             the adapter
pace SPEED_MPS STEPS_PER_MIN | stop      the person, from the next whole second on
forget SECONDS                           unheard sensors are forgotten so soon
stats | truth | calls | quit"""


class World:
    """All that a command can reach."""

    def __init__(self, bluez: BlueZ, person: Person, sensors: list[Sensor]) -> None:
        self._bluez, self._person, self._sensors = bluez, person, sensors

    def obey(self, words: list[str]) -> object:
        """Do what a command says and return its answer.

        Raises
        ------
        ValueError
            The command is unknown, or its words are.
        """
        word, *rest = words
        if word in faults.ACTIONS and rest:
            faults.ACTIONS[word](self._named(rest[0]).device, *rest[1:])
            return None
        match word, *rest:
            case "power", ("off" | "on") as state:
                self._bluez.power(on=state == "on")
            case "pace", speed, rate:
                self._person.pace(float(speed), float(rate))
            case ("stop",):
                self._person.stop()
            case "forget", seconds:
                self._bluez.discovery.forget_s = float(seconds)
            case _:
                return self._asked(words)
        return None

    def _asked(self, words: list[str]) -> object:
        match words:
            case ["ready"]:
                return "ready"
            case ["stats"]:
                return {sensor.key: sensor.stats() for sensor in self._sensors}
            case ["truth"]:
                return self._person.truth()
            case ["calls"]:
                return dict(self._bluez.calls)
            case ["help"]:
                return HELP
            case _:
                raise ValueError(f"not understood: {' '.join(words)} (say help)")

    def _named(self, name: str) -> Sensor:
        wanted = name.lower()
        for sensor in self._sensors:
            if wanted in {sensor.key, sensor.device.name.lower(), sensor.device.address.lower()}:
                return sensor
        raise ValueError(f"no such sensor: {name} ({', '.join(s.key for s in self._sensors)})")
