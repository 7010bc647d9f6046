"""What the README says is what the program does."""

import re
from pathlib import Path

from livecoach.cli import cli
from livecoach.commands.metrics import markdown
from livecoach.model import METRICS, Step

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_metrics_table_is_the_one_in_the_code() -> None:
    shown = README.split("<!-- metrics: begin -->\n")[1].split("<!-- metrics: end -->")[0]
    assert shown == markdown()


def test_every_metric_is_a_field_or_property_of_a_step() -> None:
    for metric in METRICS:
        assert hasattr(Step, metric.name), metric.name
        assert metric.low < metric.high


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"^livecoach (\w+)|`livecoach (\w+)", README, flags=re.MULTILINE))
    words = {a or b for a, b in named}
    assert len(words) >= 4
    assert words <= set(cli.commands)


def test_its_picture_and_configurations_are_there() -> None:
    for path in re.findall(r"\]\((tests/[^)]+)\)|`(configs/[\w.]+)`", README):
        assert (ROOT / (path[0] or path[1])).is_file()
