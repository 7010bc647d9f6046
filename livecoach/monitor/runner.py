"""What the monitor knows of one runner: their last words, the minutes before, and the log.

Times are seconds on the monitor's own clock, handed in. A runner's session clock is mapped to it by
the quickest live message (least delay), so that what an outbox brings late is put where it belongs,
and what a queue on the way has held up is known to be old. After a long silence it is mapped anew.
"""

from collections import deque
from typing import Literal

from msgspec import Raw, Struct
from msgspec.json import Encoder

from livecoach.monitor.ring import Ring
from livecoach.monitor.tile import (
    Aim,
    LastCue,
    Link,
    Tile,
    aim_of,
    band_of,
    clean,
    metrics_of,
    within,
)
from livecoach.wire.topics import EventMessage, Live, SessionSummary, Status, Strides

LATE_S = 5.0
"""A live message comes each second: after this long without one the values are not the present."""
LOST_S = 30.0
"""Silence for so long is a lost connection, whatever the broker still believes."""
TREND_BIN_S, TREND_BINS = 5.0, 60
CHART_BIN_S, CHART_BINS = 2.0, 450
LONGEST_SESSION_S = 1e6
_LOG_LENGTH = 100
_WEAK_QUALITY = 0.5
_CHARTS = {
    "step_rate_spm": 1,
    "speed_loss_mps": 3,
    "expected_braking_mps": 3,
    "contact_time_s": 4,
    "vertical_oscillation_m": 4,
}
_encode = Encoder().encode


class LogEntry(Struct, kw_only=True, omit_defaults=True):
    """One line of the log; ``fate`` is what became of a cue."""

    at_s: float
    kind: Literal["cue", "target", "sensor", "notice"]
    text: str = ""
    reason: str = ""
    cue: int | None = None
    cue_kind: str = ""
    fate: Literal["", "played", "dropped"] = ""
    fate_reason: str = ""
    late_s: float | None = None
    effect: str = ""


class Runner:
    """One runner's state; `changed` and the like are versions of the fleet, set by it."""

    def __init__(self, group: str, name: str) -> None:
        self.group, self.name = group, name
        self.id = f"{group}/{name}"
        self.link: Link = "late"
        self.status: Status | None = None
        self.live: Live | None = None
        self.heard_s: float | None = None
        self.summary: SessionSummary | None = None
        self.log: deque[LogEntry] = deque(maxlen=_LOG_LENGTH)
        self.trend = Ring(TREND_BIN_S, TREND_BINS)
        self.charts: dict[str, Ring] = {}
        self.began_s: float | None = None
        """When the session began, on the monitor's clock."""
        self.changed = self.log_changed = self.charts_redone = 0
        self._first_s: float | None = None
        self._arrived_s: float | None = None
        self._seen: deque[tuple[str, int]] = deque(maxlen=_LOG_LENGTH)
        self._encoded: Raw | None = None

    def hear_live(self, live: Live, now_s: float) -> None:
        """Take the newest values."""
        silent_s = 0.0 if self._arrived_s is None else now_s - self._arrived_s
        if self.live is None or live.sid != self.live.sid or silent_s > LOST_S:
            self.began_s = None
        self.live, self._arrived_s = live, now_s
        self._map_clock(live.t, now_s)
        # A queue on the way makes old news of every message, however regularly they come.
        said_s = now_s if self.began_s is None else min(now_s, self.began_s + max(0.0, live.t))
        self.heard_s = said_s
        self.link = "live" if now_s - said_s <= LATE_S else "late"
        for name, value in metrics_of(live).items():
            if name in _CHARTS:
                self._chart(name).put(now_s, value)
            if name == "step_rate_spm":
                self.trend.put(now_s, value)
        band = band_of(live)
        if band is not None:
            for name, value in zip(("target_spm", "low_spm", "high_spm"), band, strict=True):
                self._chart(name).put(now_s, value)
        self._encoded = None

    def hear_status(self, status: Status, now_s: float) -> None:
        """Take where the runner says (or the broker says of them) that they are."""
        self.status = status
        if self._first_s is None:
            self._first_s = now_s
        if status.state != "online":
            self.link = status.state
        elif self.link in {"lost", "offline"}:
            self.link, self._first_s = "late", now_s
        self._encoded = None

    def hear_strides(self, strides: Strides, now_s: float) -> bool:
        """Fill holes in the charts with what came late; return whether anything was filled."""
        began_s = self.began_s
        if began_s is None or now_s - (began_s + strides.t[-1]) < LATE_S:
            return False  # live messages have told it
        filled = False
        for name in _CHARTS:
            values = getattr(strides, name)
            for t, value in zip(strides.t, values or (), strict=False):
                if value is not None and name in self.charts and 0.0 <= t <= LONGEST_SESSION_S:
                    filled |= self.charts[name].fill(began_s + t, value)
        return filled

    def hear_event(self, event: EventMessage, now_s: float) -> bool:
        """Take what happened into the log; return whether it was news."""
        if (event.sid, event.seq) in self._seen or not 0.0 <= event.t <= LONGEST_SESSION_S:
            return False
        self._seen.append((event.sid, event.seq))
        began_s = self.began_s if self.began_s is not None else now_s - event.t
        at_s = round(min(began_s + event.t, now_s), 1)
        match event.kind:
            case "cue_played" | "cue_dropped" | "cue_effect":
                return self._follow_up(event)
            case "cue_decided":
                entry = LogEntry(
                    at_s=at_s,
                    kind="cue",
                    text=clean(event.phrase),
                    reason=clean(event.reason),
                    cue=event.cue,
                    cue_kind=event.cue_kind or "",
                )
            case "target":
                target = within(event.target_spm, 60.0, 260.0, 1)
                text = "no target" if target is None else f"target {target:g} steps/min"
                reason = clean(event.reason)
                entry = LogEntry(at_s=at_s, kind="target", text=text, reason=reason)
            case "sensor":
                text = f"{clean(event.sensor)}: {event.sensor_state or 'unknown'}"
                entry = LogEntry(at_s=at_s, kind="sensor", text=text)
            case _:
                entry = LogEntry(at_s=at_s, kind="notice", text=clean(event.text))
        self.log.append(entry)
        return True

    def age(self, now_s: float) -> bool:
        """Let time pass; return whether the link has another name now."""
        if self.link in {"lost", "offline"}:
            return False
        since_s = self.heard_s if self.heard_s is not None else self._first_s
        silent_s = now_s - since_s if since_s is not None else 0.0
        link: Link = "lost" if silent_s > LOST_S else "late" if silent_s > LATE_S else self.link
        if link == self.link:
            return False
        self.link = link
        self._encoded = None
        return True

    def encoded(self) -> Raw:
        """Return the tile as JSON; made once for all pages."""
        if self._encoded is None:
            self._encoded = Raw(_encode(self.tile()))
        return self._encoded

    def tile(self) -> Tile:
        """Return what the page shows."""
        live, status = self.live, self.status
        allow = status.allow if status else ()
        heard_s = None if self.heard_s is None else round(self.heard_s, 1)
        if live is None:
            return Tile(
                id=self.id,
                group=self.group,
                runner=self.name,
                link=self.link,
                aim="unknown",
                allow=allow,
            )
        metrics, band = metrics_of(live), band_of(live)
        aim: Aim = aim_of(metrics.get("step_rate_spm"), band)
        newest = self.trend.newest
        last = self.trend.since(newest, 1) if newest >= 0 else []
        return Tile(
            id=self.id,
            group=self.group,
            runner=self.name,
            link=self.link,
            aim=aim,
            heard_s=heard_s,
            gait=live.state,
            target_spm=band[0] if band else None,
            low_spm=band[1] if band else None,
            high_spm=band[2] if band else None,
            heart_rate_bpm=within(live.heart_rate_bpm, 20.0, 260.0),
            battery_percent=within(live.battery_percent, 0.0, 100.0),
            sensor_state=live.sensor_state or "",
            link_age_s=within(live.link_age_s, 0.0, LONGEST_SESSION_S, 1),
            late_p95_s=within(live.audio_late_p95_s, -1.0, 60.0, 3),
            weak=live.quality is not None and live.quality < _WEAK_QUALITY,
            cue=_last_cue(live, self.heard_s),
            muted=live.muted,
            beats_off=live.beats_off,
            cues_off=live.cues_off,
            allow=allow,
            point=(newest, last[0]) if last else None,
            **metrics,
        )

    def chart_digits(self, name: str) -> int:
        """Return how many decimals of a chart's values are shown."""
        return _CHARTS.get(name, 1)

    def _map_clock(self, t: float, now_s: float) -> None:
        if 0.0 <= t <= LONGEST_SESSION_S:
            began_s = now_s - t
            self.began_s = began_s if self.began_s is None else min(began_s, self.began_s)

    def _chart(self, name: str) -> Ring:
        if name not in self.charts:
            self.charts[name] = Ring(CHART_BIN_S, CHART_BINS)
        return self.charts[name]

    def _follow_up(self, event: EventMessage) -> bool:
        entry = next((e for e in reversed(self.log) if e.cue == event.cue is not None), None)
        if entry is None:
            return False
        if event.kind == "cue_played":
            entry.fate, entry.late_s = "played", within(event.late_s, -10.0, 600.0, 3)
        elif event.kind == "cue_dropped":
            entry.fate, entry.fate_reason = "dropped", clean(event.reason)
        else:
            entry.effect = clean(event.text)
        return True


def _last_cue(live: Live, heard_s: float | None) -> LastCue | None:
    age_s = within(live.cue_age_s, 0.0, LONGEST_SESSION_S)
    if live.cue_kind is None or age_s is None or heard_s is None:
        return None
    at_s = round(heard_s - age_s)
    phrase, reason = clean(live.cue_phrase or ""), clean(live.cue_reason or "")
    return LastCue(kind=live.cue_kind, at_s=at_s, phrase=phrase, reason=reason)
