"""``livecoach calibrate``: fit the coach to a runner's equipment; ``contact`` so far."""

from livecoach.coach import CoachParams
from livecoach.commands.output import print_json, stdout
from livecoach.config import RunnerConfig
from livecoach.errors import ConfigError, SourceError
from livecoach.gait.calibration import Difference, compare, refusal
from livecoach.model import Calibration, Link, Payload, Profile, SensorInfo, Step
from livecoach.session import Pipeline
from livecoach.session.pacing import merged
from livecoach.sources import Door, open_sources
from livecoach.store.places import profile_path
from livecoach.store.profile import ProfileStore


def contact(*, sources: tuple[str, ...], runner: str | None, seconds: float, as_json: bool) -> int:
    """Set a trunk sensor's contact time by a foot sensor's; return the exit code."""
    doors = open_sources(sources, mount=None, speed_mps=None, speed_told=False, seed=0)
    trunk, steps = _heard(doors, seconds)
    feet = sorted((s for name in steps if name != trunk.name for s in steps[name]), key=_start)
    found = compare(steps[trunk.name], feet)
    why_not = refusal(found)
    if why_not is not None:
        raise SourceError(f"{trunk.name}: not calibrated, {why_not}")
    name = runner or RunnerConfig().name
    own = _calibration(trunk, found)
    store = ProfileStore(profile_path())
    store.save_calibration(name, own)
    _say(name, own, str(store.path), as_json=as_json)
    return 0


def _start(step: Step) -> float:
    return step.t


def _heard(doors: list[Door], seconds: float) -> tuple[SensorInfo, dict[str, list[Step]]]:
    """Return which sensor is the trunk's, and the steps each sensor finds by itself."""
    pipelines = {d.name: Pipeline(CoachParams(beats="off"), Profile()) for d in doors}
    steps: dict[str, list[Step]] = {d.name: [] for d in doors}
    infos: dict[str, SensorInfo] = {}
    for x in merged(doors, seconds):
        if not isinstance(x, Link | Payload):
            continue
        if isinstance(x, Link) and x.info is not None:
            infos[x.source] = x.info
            _one_trunk(infos)
        found = pipelines[x.source].update(x)
        steps[x.source] += [event for event in found if isinstance(event, Step)]
    trunks = [i for i in infos.values() if not _is_foot(i)]
    if len(trunks) != 1 or len(infos) < 2:
        raise ConfigError("--source", "name a chest, back or waist sensor and a foot sensor")
    return trunks[0], steps


def _one_trunk(infos: dict[str, SensorInfo]) -> None:
    """Refuse at once what cannot be compared."""
    for name, info in infos.items():
        if info.kind != "imu" or info.mount is None:
            raise ConfigError("--source", f"{name} is no inertial sensor with a known mount")
    if sum(not _is_foot(i) for i in infos.values()) > 1:
        raise ConfigError("--source", "two trunk sensors: name one, and a foot sensor")


def _is_foot(info: SensorInfo) -> bool:
    return info.mount in {"foot_left", "foot_right"}


def _calibration(trunk: SensorInfo, found: Difference) -> Calibration:
    if trunk.mount is None:
        raise ConfigError("--source", "name a chest, back or waist sensor")
    return Calibration(
        mount=trunk.mount,
        contact_time_s=found.contact_time_s,
        contact_lag_s=found.contact_lag_s,
        spread_s=found.spread_s,
        steps=found.steps,
    )


def _say(name: str, own: Calibration, path: str, *, as_json: bool) -> None:
    """Say the result in two lines, or as JSON."""
    if as_json:
        print_json(
            {
                "runner": name,
                "mount": own.mount,
                "contact_time_s": own.contact_time_s,
                "contact_lag_s": own.contact_lag_s,
                "spread_s": own.spread_s,
                "steps": own.steps,
                "file": path,
            }
        )
        return
    time_ms, lag_ms, spread_ms = (
        1e3 * x for x in (own.contact_time_s, own.contact_lag_s, own.spread_s)
    )
    first = (
        f"{own.mount}: contact time {time_ms:+.0f} ms, contact {lag_ms:+.0f} ms against the foot "
        f"({own.steps} steps, spread {spread_ms:.0f} ms)."
    )
    second = f"Taken off from now on in the runs of {name}; kept in {path}"
    for line in (first, second):
        stdout().print(line, markup=False, soft_wrap=True)
