"""Coverage-guided fuzz of the radio's parsers: ``python -m tests.wire.fuzz CORPUS [-help=1]``.

Arguments are libFuzzer's own. ``--planted`` puts one that is wrong on purpose in the
place of all, so that it can be seen that a wrong one is found.
"""

import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Run until libFuzzer's arguments say so; a finding ends the process with its input."""
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["livecoach.wire", "tests.wire.targets"]):
        targets = import_module("tests.wire.targets")
    corpus = Path(sys.argv[1])
    for k, seed in enumerate(targets.seeds()):
        (corpus / f"seed{k}").write_bytes(seed)
    one = targets.planted if "--planted" in sys.argv else targets.one
    atheris.Setup([a for a in sys.argv if a != "--planted"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
