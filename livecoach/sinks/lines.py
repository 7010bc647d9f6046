"""Lines of text that console and commands share."""

from livecoach.model import Retention, Skipped


def skipped_line(count: int, first: Skipped) -> str:
    """Say how much was left out, and where it began."""
    rows = "1 row" if count == 1 else f"{count} rows"
    return f"{rows} left out; first: {first.source}, line {first.row}: {first.reason}"


def kept_line(event: Retention) -> str:
    """Say how much of the gain is kept without cues."""
    lead = f"{clock(event.lasted_s)} without cues: "
    if event.kept_ratio is None:
        return f"{lead}how much is kept is unknown ({event.reason})"
    on = "" if event.on_target_ratio is None else f", on target {100 * event.on_target_ratio:.0f} %"
    return f"{lead}{100 * event.kept_ratio:.0f} % of the gain kept{on} ({event.reason})"


def plain(line: str) -> str:
    """Return a line without anything that would steer a terminal."""
    return "".join(c if c.isprintable() else "?" for c in line)


def clock(t: float) -> str:
    """Return minutes and seconds."""
    minutes, seconds = divmod(int(t), 60)
    return f"{minutes:d}:{seconds:02d}"
