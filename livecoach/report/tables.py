"""Events -> the rows of a steps table and of a pods table, as text cells.

A steps row begins with its contact (and what was predicted then) and is completed by its `Step`; a
contact whose step never completed keeps its first cells and leaves the others empty. Times are
given back in the recording's own clock. ``quality`` is the contact's, so that a filled cell never
changes when more of the recording is read. Of several pods the one that is fresh fills a second.
"""

from msgspec import Struct

from livecoach.model import Contact, Event, Phase, PodReport, Step

STEP_COLUMNS = (
    "t_contact_s",
    "t_known_s",
    "t_next_contact_s",
    "t_third_contact_s",
    "foot",
    "step_time_s",
    "contact_time_s",
    "flight_time_s",
    "step_rate_spm",
    "speed_mps",
    "step_length_m",
    "vertical_oscillation_m",
    "speed_loss_mps",
    "expected_braking_mps",
    "propulsion_mps",
    "pelvis_swing_mps",
    "landing_angle_deg",
    "toe_off_pitch_deg",
    "swing_pitch_deg",
    "trunk_lean_deg",
    "activity",
    "quality",
)
POD_COLUMNS = ("t", "step_rate_spm", "speed_mps", "step_length_m", "state")


class _Row(Struct):
    contact: Contact
    phase: Phase | None = None
    step: Step | None = None


class StepTable:
    """Contacts, phases and steps in; rows in order of contact out."""

    def __init__(self) -> None:
        self._rows: dict[float, _Row] = {}
        self._newest: _Row | None = None

    def update(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Contact():
                self._rows[event.t] = self._newest = _Row(event)
            case Phase():
                row = self._newest
                if row is not None and row.contact.t_known == event.t_known:
                    row.phase = event
            case Step():
                row = self._rows.get(event.t)
                if row is not None:
                    row.step = event
            case _:
                pass

    def rows(self, t_origin_s: float) -> list[dict[str, str]]:
        """Return the rows so far, times counted from ``t_origin_s``."""
        return [_step_cells(self._rows[t], t_origin_s) for t in sorted(self._rows)]


class PodTable:
    """Pod reports in, one row a second out."""

    def __init__(self) -> None:
        self._reports: dict[float, PodReport] = {}

    def update(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, PodReport):
            before = self._reports.get(event.t)
            if before is None or (before.state != "fresh" and event.state == "fresh"):
                self._reports[event.t] = event

    def rows(self, t_origin_s: float) -> list[dict[str, str]]:
        """Return the rows so far, times counted from ``t_origin_s``."""
        return [
            {
                "t": f"{r.t + t_origin_s:.3f}",
                "step_rate_spm": _cell(r.step_rate_spm),
                "speed_mps": _cell(r.speed_mps),
                "step_length_m": _cell(r.step_length_m),
                "state": r.state,
            }
            for r in self._reports.values()
        ]


def _step_cells(row: _Row, origin: float) -> dict[str, str]:
    contact, phase, step = row.contact, row.phase, row.step
    cells = dict.fromkeys(STEP_COLUMNS, "")
    cells["t_contact_s"] = f"{contact.t + origin:.6f}"
    cells["t_known_s"] = f"{contact.t_known + origin:.6f}"
    cells["foot"] = contact.foot or ""
    cells["quality"] = _cell(contact.quality)
    if phase is not None:
        cells["t_next_contact_s"] = f"{phase.predict(1) + origin:.6f}"
        cells["t_third_contact_s"] = f"{phase.predict(3) + origin:.6f}"
    if step is not None:
        for name in STEP_COLUMNS[5:20]:
            cells[name] = _cell(getattr(step, name))
        cells["activity"] = step.activity
    return cells


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
