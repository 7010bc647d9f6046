"""The build guide: every picture is there, every part is named, nothing is claimed as tried."""

import re

import pytest

from tests.hw.core import HW

_GUIDE = (HW / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", ["README.md", "BOM.md", "firmware/PROTOCOL.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (HW / page).read_text("utf-8")
    targets = re.findall(r"\]\(([^)]+)\)", text)
    missing = [target for target in targets if not (HW / page).parent.joinpath(target).exists()]
    assert not missing


def test_every_picture_is_shown() -> None:
    made = {f"{p.parent.name}/{p.name}" for p in HW.glob("*/*.svg")}
    assert made == set(re.findall(r"\]\(([^)]+\.svg)\)", _GUIDE))
    assert len(made) == 8


def test_nothing_is_claimed_as_tried() -> None:
    rows = re.findall(r"^\| [^|]+ \| (\w+) \| [^|]+ \|$", _GUIDE, re.MULTILINE)
    assert len(rows) > 8
    assert set(rows) == {"no"}


def test_no_price_was_invented() -> None:
    bill = (HW / "BOM.md").read_text("utf-8")
    assert not re.search(r"[$€£]|USD|EUR", bill)
    rows = [line for line in bill.splitlines() if line.startswith("| ") and "paid" not in line]
    assert len(rows) > 10
    assert all(line.endswith("| |") for line in rows)


def test_no_big_file_was_committed() -> None:
    sizes = {p: p.stat().st_size for p in HW.rglob("*") if p.is_file() and "build" not in p.parts}
    assert max(sizes.values()) < 100_000
    assert not [p for p in sizes if p.suffix in {".stl", ".o", ".elf", ".so"}]
