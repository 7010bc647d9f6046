"""Draw the console as it stood 18 s into the demo's run (simulated runner, as fast as it goes)."""

import asyncio
import io
import re
from pathlib import Path

from rich.console import Console

from livecoach import config as configuration
from livecoach.commands.run import open_all
from livecoach.commands.shipped import shipped
from livecoach.model import Event
from livecoach.session import Plan, run
from livecoach.session.known import stored_profile
from livecoach.sinks.console import View

AT_S = 18.0
OUT = Path(__file__).parent / "console.svg"


class Camera:
    """Watches a run and draws the view once."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._done = False

    def update(self, event: Event) -> None:
        """See an event."""
        self._view.update(event)

    def tick(self, t: float) -> None:
        """Draw when it is time."""
        self._view.t = t
        if t >= AT_S and not self._done:
            self._done = True
            screen = Console(record=True, width=92, file=io.StringIO(), force_terminal=True)
            screen.print(self._view)
            svg = screen.export_svg(title="livecoach demo")
            # The reader's own monospace font will do: nothing is to be fetched for a picture.
            OUT.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL))


def main() -> None:
    """Run the demo and write the picture."""
    changes = {"audio.output": "null", "seconds": AT_S + 2.0}
    config = configuration.override(shipped("demo.toml"), changes, "pictures")
    plan = Plan(config=config, profile=stored_profile(config), pace="max")
    view = View("livecoach demo: SIMULATED runner")
    asyncio.run(run(plan, open_all(config), print, (Camera(view),)))
    print(OUT)  # noqa: T201 (a tool for people)


if __name__ == "__main__":
    main()
