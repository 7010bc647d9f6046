"""``livecoach explain``: for each cue of a session, why it came and what came of it."""

from collections import Counter
from pathlib import Path

from livecoach.commands.output import known_at, placed, print_json, stdout
from livecoach.report.explain import KINDS, Explained, told
from livecoach.report.explain import explain as explained
from livecoach.sinks.lines import clock, plain
from livecoach.store.places import sessions_dir
from livecoach.store.reader import SessionFile, find_session

_WORDS = {
    "beat": ("burst of beats", "bursts of beats"),
    "speech": ("remark", "remarks"),
    "tone": ("tone", "tones"),
    "silence": ("silence on purpose", "silences on purpose"),
}


def explain(*, ident: str, folder: Path | None, as_json: bool) -> int:
    """Explain a session's cues."""
    path = find_session(ident, folder or sessions_dir())
    with SessionFile(path) as session:
        end_s = session.duration_s()
        rows = explained(placed(session.events(*KINDS), known_at, end_s, "reading"))
        name = session.header.session_id
    if as_json:
        print_json({"session_id": name, "cues": rows})
        return 0
    console = stdout()
    console.print(f"{name}: {_total(rows)}", markup=False, soft_wrap=True)
    for row, said in told(rows):
        for line in _entry(row, said):
            console.print(plain(line), markup=False, soft_wrap=True)
    return 0


def _total(rows: list[Explained]) -> str:
    counts = Counter(row.kind for row in rows)
    some = [f"{n} {_WORDS[kind][n > 1]}" for kind, n in counts.items()]
    return ", ".join(some) or "nothing sounded"


def _entry(row: Explained, said: list[str]) -> list[str]:
    first, *rest = said
    return ["", f"{clock(row.t):>8}  {first}", *(f"{'':>10}{line}" for line in rest)]
