"""hw/'s own tools are files, no package: loaded by path. And PROTOCOL.md, read."""

import importlib.util
import re
from collections.abc import Iterator
from types import ModuleType

from tests.hw.core import FIRMWARE, HW

PAGE = (FIRMWARE / "PROTOCOL.md").read_text("utf-8")
Row = dict[str, str]


def tool(path: str) -> ModuleType:
    """Return a tool of hw/ as a module."""
    spec = importlib.util.spec_from_file_location(f"hw_{path.replace('/', '_')[:-3]}", HW / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tables(title: str) -> Iterator[list[Row]]:
    """Yield the tables of a section of PROTOCOL.md, each as its rows."""
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    for block in re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE):
        head, _, *rows = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()
        ]
        yield [dict(zip(head, row, strict=True)) for row in rows]
