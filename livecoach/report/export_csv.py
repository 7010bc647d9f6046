"""A session's events -> the table of steps (or of pod seconds) that ``analyze`` makes."""

import csv
import io

from livecoach.model import Event
from livecoach.report.tables import POD_COLUMNS, STEP_COLUMNS, PodTable, StepTable


class CsvBuilder:
    """Events in, in the order they came out of the session; the table out."""

    def __init__(self) -> None:
        self._steps, self._pods = StepTable(), PodTable()

    def update(self, event: Event) -> None:
        """Take one event."""
        self._steps.update(event)
        self._pods.update(event)

    def finish(self, t_origin_s: float) -> tuple[bytes, int]:
        """Return the file and how many rows it has; times are counted from ``t_origin_s``.

        Steps where there are any, else seconds of a pod; no rows at all are a table of steps.
        """
        steps, pods = self._steps.rows(t_origin_s), self._pods.rows(t_origin_s)
        columns, rows = (POD_COLUMNS, pods) if pods and not steps else (STEP_COLUMNS, steps)
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode(), len(rows)
