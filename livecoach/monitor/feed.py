"""Frames for the pages: everything at first, then what changed. Pure."""

from msgspec import Raw, Struct
from msgspec.json import Encoder

from livecoach.monitor.fleet import Fleet
from livecoach.monitor.orders import Order
from livecoach.monitor.ring import Ring
from livecoach.monitor.runner import CHART_BIN_S, CHART_BINS, TREND_BIN_S, LogEntry, Runner
from livecoach.wire.topics import SessionSummary

_encode = Encoder().encode
_LAGGING = 16
"""A page that missed more frames than this gets whole charts again."""


class Series(Struct, frozen=True):
    """Bins from number ``first`` on."""

    first: int
    values: list[float | None]


class Detail(Struct, frozen=True, omit_defaults=True):
    """What only the view of one runner shows."""

    charts: dict[str, Series]
    began_s: float | None = None
    steps: int = 0
    log: list[LogEntry] | None = None
    summary: SessionSummary | None = None


class Frame(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One message to a page; ``full`` means: forget what you had."""

    now_s: float
    version: int
    full: bool = False
    epoch_s: float = 0.0
    trend_bin_s: float = TREND_BIN_S
    chart_bin_s: float = CHART_BIN_S
    chart_bins: int = CHART_BINS
    broker: str = ""
    refused: int = 0
    runners: list[Raw] = []
    trends: dict[str, Series] = {}
    detail: Detail | None = None
    orders: list[Order] | None = None


class Feed:
    """Makes frames of a fleet; pages at the same version share one.

    Parameters
    ----------
    fleet
        What is shown.
    epoch_s
        The wall clock when the monitor's own clock was 0.
    """

    def __init__(self, fleet: Fleet, epoch_s: float) -> None:
        self.broker = "connecting"
        self._fleet, self._epoch_s = fleet, epoch_s
        self._last: tuple[int, bytes] = (-1, b"")
        self._now_s = 0.0
        self.version = 0
        """What the pages may be told up to now."""

    def close_version(self, now_s: float) -> None:
        """Let time pass and make everything until now ready to be told."""
        self._fleet.sweep(now_s)
        self.version, self._now_s = self._fleet.version, round(now_s, 2)
        self._fleet.version += 1
        self._last = (-1, b"")

    def fleet_frame(self, since: int) -> bytes:
        """Return what changed in the fleet after version ``since`` (0: everything)."""
        if self._last[0] != since:
            fleet = self._fleet
            changed = list(fleet.changed_since(since))
            trends = {r.id: _series(r.trend, 0, 1) for r in changed} if since == 0 else {}
            orders = fleet.orders.about() if fleet.orders.changed > since else None
            frame = self._frame(since, changed, trends=trends, orders=orders)
            self._last = (since, _encode(frame))
        return self._last[1]

    def runner_frame(self, group: str, name: str, since: int) -> bytes:
        """Return what changed of one runner; without runners when there is none of that name."""
        fleet = self._fleet
        runner = fleet.runner(group, name)
        news = fleet.orders.changed > since
        orders = fleet.orders.about(group, name) if news else None
        if runner is None or runner.changed <= since:
            return _encode(self._frame(since, [], orders=orders))
        trends = {runner.id: _series(runner.trend, 0, 1)} if since == 0 else {}
        lagging = self.version - since > _LAGGING
        detail = _detail(runner, 0 if lagging else since)
        return _encode(self._frame(since, [runner], trends=trends, detail=detail, orders=orders))

    def _frame(
        self,
        since: int,
        runners: list[Runner],
        *,
        trends: dict[str, Series] | None = None,
        detail: Detail | None = None,
        orders: list[Order] | None = None,
    ) -> Frame:
        return Frame(
            now_s=self._now_s,
            version=self.version,
            full=since == 0,
            epoch_s=self._epoch_s if since == 0 else 0.0,
            broker=self.broker,
            refused=self._fleet.refused,
            runners=[runner.encoded() for runner in runners],
            trends=trends or {},
            detail=detail,
            orders=orders,
        )


def _detail(runner: Runner, since: int) -> Detail:
    whole = since == 0 or runner.charts_redone > since
    charts = {
        name: _series(ring, 0 if whole else ring.newest - 2, runner.chart_digits(name))
        for name, ring in runner.charts.items()
    }
    steps = runner.live.steps if runner.live else 0
    if runner.log_changed <= since and since:
        return Detail(charts, runner.began_s, steps)
    return Detail(charts, runner.began_s, steps, list(runner.log), runner.summary)


def _series(ring: Ring, first: int, digits: int) -> Series:
    return Series(max(first, ring.oldest), ring.since(first, digits))
