"""Rigs and recordings: a missing one is a skip on a laptop and a failure in CI."""

import os

import pytest


def require_rig(present: bool, what: str) -> None:
    """Skip the test when ``what`` is missing; fail it when LIVECOACH_REQUIRE_RIGS is set."""
    if present:
        return
    if os.environ.get("LIVECOACH_REQUIRE_RIGS"):
        pytest.fail(f"missing and required: {what}")
    pytest.skip(f"missing: {what}")
