"""``livecoach calibrate``: fit the coach to a runner's equipment: ``contact`` and ``speed``."""

from collections.abc import Callable

from msgspec.structs import replace

from livecoach.coach import CoachParams
from livecoach.commands.output import placed, print_json, stdout
from livecoach.config import RunnerConfig, parse_speed
from livecoach.errors import ConfigError, SourceError
from livecoach.gait import speed as own_speed
from livecoach.gait.calibration import compare, refusal, well_known
from livecoach.model import Calibration, Input, Link, Payload, Profile, SensorInfo, Step
from livecoach.session import Pipeline
from livecoach.session.pacing import merged
from livecoach.sources import open_sources
from livecoach.store.places import profile_path
from livecoach.store.profile import ProfileStore

Infos = dict[str, SensorInfo]
Steps = dict[str, list[Step]]


def contact(*, sources: tuple[str, ...], runner: str | None, seconds: float, as_json: bool) -> int:
    """Set a trunk sensor's contact time by a foot sensor's; return the exit code."""
    infos, steps = _heard(sources, seconds, _one_trunk)
    trunks = [i for i in infos.values() if not _is_foot(i)]
    if len(trunks) != 1 or len(infos) < 2 or trunks[0].mount is None:
        raise ConfigError("--source", "name a chest, back or waist sensor and a foot sensor")
    trunk, mount = trunks[0], trunks[0].mount
    feet = sorted((s for name in steps if name != trunk.name for s in steps[name]), key=_start)
    found = compare(steps[trunk.name], feet)
    _refuse(trunk, refusal(found))
    own = Calibration(
        mount=mount,
        contact_time_s=found.contact_time_s,
        contact_lag_s=found.contact_lag_s,
        spread_s=found.spread_s,
        steps=found.steps,
    )
    values = {
        "contact_time_s": own.contact_time_s,
        "contact_lag_s": own.contact_lag_s,
        "spread_s": own.spread_s,
        "steps": own.steps,
    }
    said = (
        f"contact time {1e3 * own.contact_time_s:+.0f} ms, contact {1e3 * own.contact_lag_s:+.0f} "
        f"ms against the foot ({own.steps} steps, spread {1e3 * own.spread_s:.0f} ms)."
    )
    _keep(runner, own, said, values if as_json else None, "Taken off")
    return 0


def speed(
    *, source: str, speed: str | None, runner: str | None, seconds: float, as_json: bool
) -> int:
    """Set a foot sensor's own speed by a known one; return the exit code."""
    told = parse_speed(speed or "")
    infos, steps = _heard((source,), seconds, _with_mount)
    feet = [i for i in infos.values() if _is_foot(i)]
    if len(feet) != 1 or feet[0].mount is None:
        raise ConfigError("--source", "name one foot sensor (mount foot_left or foot_right)")
    foot, mount = feet[0], feet[0].mount
    known = told or foot.speed_mps
    if known is None:
        raise ConfigError(
            "--speed", f"{foot.name} doesn't say how fast it was: add --speed 10.5kmh"
        )
    if "gyr_x" not in foot.columns:
        raise SourceError(f"{foot.name}: not calibrated, no gyroscope: it has no speed of its own")
    own = [s.speed_mps for s in steps[foot.name] if s.speed_mps is not None and well_known(s)]
    found = own_speed.scale([known / x for x in own])
    _refuse(foot, own_speed.refusal(found))
    values = {
        "speed_mps": known,
        "speed_scale_ratio": found.ratio,
        "spread_ratio": found.spread_ratio,
        "strides": found.strides,
    }
    said = (
        f"at {known:.2f} m/s its own speed is multiplied by {found.ratio:.3f} ({found.strides} "
        f"strides, spread {100 * found.spread_ratio:.1f} %)."
    )
    calibration = Calibration(mount, steps=found.strides, speed_scale_ratio=found.ratio)
    _keep(runner, calibration, said, values if as_json else None, "Used")
    return 0


def _start(step: Step) -> float:
    return step.t


def _refuse(info: SensorInfo, why_not: str | None) -> None:
    if why_not is not None:
        raise SourceError(f"{info.name}: not calibrated, {why_not}")


def _heard(
    sources: tuple[str, ...], seconds: float, check: Callable[[Infos], None]
) -> tuple[Infos, Steps]:
    """Return what the sensors say of themselves, and the steps each finds by itself.

    No speed is told to them, so theirs is their own.
    """
    doors = open_sources(sources, mount=None, speed_mps=None, speed_told=False, seed=0)
    pipelines: dict[str, Pipeline] = {}
    steps: Steps = {}
    infos: Infos = {}
    for x in placed(merged(doors, seconds), _when, seconds, "comparing"):
        if not isinstance(x, Link | Payload):
            continue
        if isinstance(x, Link) and x.info is not None:
            infos[x.source] = x.info
            check(infos)
        if x.source not in pipelines:
            pipelines[x.source] = Pipeline(CoachParams(beats="off"), Profile())
            steps[x.source] = []
        found = pipelines[x.source].update(_untold(x))
        steps[x.source] += [event for event in found if isinstance(event, Step)]
    return infos, steps


def _when(x: Input) -> float:
    return x.t


def _untold(x: Link | Payload) -> Link | Payload:
    if isinstance(x, Link) and x.info is not None:
        return replace(x, info=replace(x.info, speed_mps=None))
    return x


def _with_mount(infos: Infos) -> None:
    """Refuse at once what is no inertial sensor on a known place."""
    for name, info in infos.items():
        if info.kind != "imu" or info.mount is None:
            raise ConfigError("--source", f"{name} is no inertial sensor with a known mount")


def _one_trunk(infos: Infos) -> None:
    """Refuse at once what cannot be compared."""
    _with_mount(infos)
    if sum(not _is_foot(i) for i in infos.values()) > 1:
        raise ConfigError("--source", "two trunk sensors: name one, and a foot sensor")


def _is_foot(info: SensorInfo) -> bool:
    return info.mount in {"foot_left", "foot_right"}


def _keep(
    runner: str | None, own: Calibration, said: str, values: dict[str, float] | None, verb: str
) -> None:
    """Store a calibration; say it in two lines, or its values as JSON."""
    name = runner or RunnerConfig().name
    store = ProfileStore(profile_path())
    store.save_calibration(name, own)
    if values is not None:
        print_json({"runner": name, "mount": own.mount, **values, "file": str(store.path)})
        return
    second = f"{verb} from now on in the runs of {name}; kept in {store.path}"
    for line in (f"{own.mount}: {said}", second):
        stdout().print(line, markup=False, soft_wrap=True)
