"""What `livecoach doctor` looks at: each probe takes a machine and returns checks, never raises."""

from livecoach.commands.probes.base import Check, Machine, Needs, checked, needs_of

__all__ = ["Check", "Machine", "Needs", "checked", "needs_of"]
