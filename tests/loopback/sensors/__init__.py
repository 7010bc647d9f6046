"""Emulated sensors on one running person, for tests and for a person at a prompt.

``python -m tests.loopback.sensors`` runs them on a private bus.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Final

from tests.loopback.bluez.adapter import BlueZ
from tests.loopback.sensors.base import Sensor
from tests.loopback.sensors.foot_pod import FootPod
from tests.loopback.sensors.heart import HeartStrap, PolarH10
from tests.loopback.sensors.open_pod import OpenPod
from tests.loopback.sensors.person import Person
from tests.loopback.sensors.treadmill import Treadmill
from tests.loopback.sensors.witmotion import WitMotion

SENSORS: Final[dict[str, Callable[..., Sensor]]] = {
    "rsc": FootPod,
    "rsc_leg": partial(FootPod, per_leg=True),
    "h10": PolarH10,
    "hr": HeartStrap,
    "treadmill": Treadmill,
    "pod_l": partial(OpenPod, side="L"),
    "pod_r": partial(OpenPod, side="R"),
    "pod_t": partial(OpenPod, side="T"),
    "wit": WitMotion,
}


def wear(bluez: BlueZ, person: Person, spec: str) -> Sensor:
    """Make the sensor that ``key:option=value,...`` names; values as in JSON.

    Raises
    ------
    ValueError
        There is no such sensor.
    """
    key, _, options = spec.partition(":")
    if key not in SENSORS:
        raise ValueError(f"no such sensor: {key} ({', '.join(SENSORS)})")
    pairs = (option.partition("=") for option in options.split(",") if option)
    return SENSORS[key](bluez, person, key, **{name: json.loads(v) for name, _, v in pairs})
