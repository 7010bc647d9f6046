"""``livecoach plan``: what the sessions of a learning plan brought, and what comes next."""

import msgspec
from rich.box import SIMPLE_HEAD
from rich.table import Table

from livecoach.coach import CoachParams
from livecoach.coach.plan import next_stage
from livecoach.commands.output import print_json, stdout
from livecoach.config import RunnerConfig
from livecoach.model import Lesson
from livecoach.sinks.lines import clock
from livecoach.store.places import profile_path
from livecoach.store.profile import ProfileStore


def plan(*, runner: str | None, sessions: int | None, restart: bool, as_json: bool) -> int:
    """Print the plan; return the exit code."""
    name = runner or RunnerConfig().name
    store = ProfileStore(profile_path())
    if restart:
        store.forget_lessons(name)
    lessons = store.load(name).lessons
    stage = next_stage(lessons, sessions or CoachParams().plan_sessions)
    if as_json:
        done = msgspec.to_builtins(lessons)
        print_json({"runner": name, "sessions": done, "next": msgspec.to_builtins(stage)})
        return 0
    if lessons:
        stdout().print(_table(lessons))
    stdout().print(f"Next. {stage.text()}", markup=False, soft_wrap=True)
    return 0


def _table(lessons: tuple[Lesson, ...]) -> Table:
    table = Table("session", "coached", "gain kept", "on target", box=SIMPLE_HEAD, pad_edge=False)
    for k, lesson in enumerate(lessons, 1):
        kept, on = _percent(lesson.kept_ratio), _percent(lesson.on_target_ratio)
        table.add_row(str(k), clock(lesson.coached_s), kept, on)
    return table


def _percent(ratio: float | None) -> str:
    return "unknown" if ratio is None else f"{100 * ratio:.0f} %"
