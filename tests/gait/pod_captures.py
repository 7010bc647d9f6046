"""Makes the foot-pod captures of ``tests/data``: ``python -m tests.gait.pod_captures``.

Each is a minute or two of a runner at about 3 m/s and 170 steps/min, bytes and link times made up;
``<name>.answer.csv`` has the right answer: ``t_from,t_to,state,step_rate_spm``.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from livecoach.model import FootPodReading
from livecoach.wire import rsc

FOLDER = Path(__file__).parents[1] / "data"

Answer = tuple[int, int, str, float | None]
Change = Callable[[int, FootPodReading], FootPodReading | None]

RUNS = (5, 120, "fresh", 170.0)
NEVER: tuple[Answer, ...] = ((0, 120, "unknown", None),)


def run(
    seconds: Iterable[int], cadence: float = 170.0, length: float = 0.0, *, far: bool = False
) -> Iterator[FootPodReading]:
    """Yield a runner's readings, one a second, wavering as real ones do."""
    noise = random.Random(7)  # noqa: S311 -- the same bytes whenever they are made
    for k in seconds:
        speed = 3.0 + 0.04 * noise.random()
        count = round(cadence + noise.choice((-1, 0, 0, 1)) * cadence / 170.0)
        stride = length + 0.01 * noise.randrange(3) if length else None
        yield FootPodReading(k, speed, count, True, stride, 3.0 * k if far else None)


def pod(x: FootPodReading, speed: float, cadence: int, *, running: bool = True) -> FootPodReading:
    """Return a reading with other values."""
    return FootPodReading(x.t, speed, cadence, running, x.stride_length_raw_m, x.total_distance_m)


def changed(how: Change, *, far: bool = False, n: int = 120) -> list[FootPodReading]:
    """Return a runner's readings with some replaced or left out."""
    return [y for x in run(range(n), far=far) if (y := how(int(x.t), x)) is not None]


def odd_packets(k: int, x: FootPodReading) -> FootPodReading:
    """Every 10 s one packet contradicts: another unit, a zero, a half zero, a wild speed."""
    odd = [
        (3.0, 85),
        (3.0, 0),
        (0.0, 170),
        (9.0, 170),
        (3.0, 250),
        (0.0, 0),
        (3.0, 120),
        (200.0, 170),
    ]
    return pod(x, *odd[k // 10 % 8], running=k // 10 % 8 != 5) if k > 9 and k % 10 == 5 else x


def zeros(spans: tuple[tuple[int, int], ...], *, running: bool = False) -> Change:
    """Return a change to zeros in spans of time."""

    def change(k: int, x: FootPodReading) -> FootPodReading:
        return pod(x, 0.0, 0, running=running) if any(a <= k < b for a, b in spans) else x

    return change


def slows(k: int, x: FootPodReading) -> FootPodReading:
    """Slow down from 60 s on, and stand."""
    return (
        x if k < 60 else pod(x, max(0.0, 2.0 - 0.7 * (k - 60)), 140 if k < 63 else 0, running=False)
    )


def tail(k: int, x: FootPodReading) -> FootPodReading:
    """Repeat the same speed and cadence; stand from 60 s on."""
    return FootPodReading(x.t, 3.0, 170, True, None, 3.0 * min(k, 60))


LOST = ((30, 36), (60, 66), (90, 96))

CAPTURES: dict[str, tuple[list[FootPodReading], tuple[Answer, ...]]] = {
    "steps": (list(run(range(120))), (RUNS,)),
    "per_leg": (list(run(range(120), 85)), (RUNS,)),
    "stride_is_stride_per_leg": (list(run(range(120), 85, 2.12)), (RUNS,)),
    "stride_is_step_per_leg": (list(run(range(120), 85, 1.06)), (RUNS,)),
    "stride_is_step_steps": (list(run(range(120), 170, 1.06)), (RUNS,)),
    "stride_contradicts_speed": (list(run(range(120), 170, 0.53)), NEVER),
    "between_the_units": (changed(lambda _, x: pod(x, 2.2, 100)), NEVER),
    "power_in_cadence": (list(run(range(120), 21)), NEVER),
    "power_from_60_s": (
        changed(lambda k, x: x if k < 60 else pod(x, x.speed_mps, 21 + k % 2)),
        ((5, 60, "fresh", 170.0), (64, 120, "unknown", None)),
    ),
    "odd_packets": (changed(odd_packets), (RUNS,)),
    "unit_changes_at_60_s": (
        changed(lambda k, x: x if k < 60 else pod(x, x.speed_mps, 85)),
        ((5, 60, "fresh", 170.0), (64, 68, "unknown", None), (72, 120, "fresh", 170.0)),
    ),
    "zero_with_running_flag": (
        changed(zeros(((60, 90),), running=True)),
        ((5, 60, "fresh", 170.0), (63, 89, "unknown", None), (93, 120, "fresh", 170.0)),
    ),
    "zero_with_distance": (
        changed(zeros(((60, 90),)), far=True),
        ((5, 60, "fresh", 170.0), (63, 89, "unknown", None), (93, 120, "fresh", 170.0)),
    ),
    "zero_three_times": (
        changed(zeros(LOST)),
        ((62, 62, "unknown", None), (92, 95, "unknown", None), (98, 120, "fresh", 170.0)),
    ),
    "zero_is_stop": (changed(slows), ((5, 59, "fresh", 170.0), (66, 120, "stopped", None))),
    "even_belt_then_tail": (
        changed(tail),
        ((5, 60, "fresh", 170.0), (68, 120, "stale", None)),
    ),
    "no_speed_steps": (changed(lambda _, x: pod(x, 0.0, x.cadence_raw_per_min)), (RUNS,)),
    "no_speed_per_leg": (
        changed(lambda k, x: pod(x, 0.0, 85 + k % 2)),
        ((5, 120, "fresh", 171.0),),
    ),
    "no_speed_nor_flag_per_leg": (
        changed(lambda k, x: pod(x, 0.0, 85 + k % 2, running=False)),
        NEVER,
    ),
}


def main() -> None:
    """Write all captures."""
    FOLDER.mkdir(exist_ok=True)
    noise = random.Random(11)  # noqa: S311 -- the same bytes whenever they are made
    for name, (readings, answers) in CAPTURES.items():
        rows = [
            f"{x.t + 0.02 + 0.06 * noise.random():.4f},pod,2A53,{rsc.build(x).hex()}"
            for x in readings
        ]
        (FOLDER / f"{name}.ble.csv").write_text(
            "\n".join(["t,device,characteristic,hex", *rows, ""]), encoding="utf-8"
        )
        lines = [f"{a},{b},{state},{'' if r is None else r}" for a, b, state, r in answers]
        (FOLDER / f"{name}.answer.csv").write_text(
            "\n".join(["t_from,t_to,state,step_rate_spm", *lines, ""]), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
