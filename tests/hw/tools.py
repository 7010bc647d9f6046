"""hw/'s own tools are files, no package: loaded by path."""

import importlib.util
from types import ModuleType

from tests.hw.core import HW


def tool(path: str) -> ModuleType:
    """Return a tool of hw/ as a module."""
    spec = importlib.util.spec_from_file_location(f"hw_{path.replace('/', '_')[:-3]}", HW / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
