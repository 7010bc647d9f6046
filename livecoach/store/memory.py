"""Whether what is written to a folder outlives the power: a sealed system keeps it in memory."""

from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")
_MEMORY = {"tmpfs", "ramfs"}


def in_memory(folder: Path, mounts: Path = _MOUNTS) -> bool:
    """Tell whether a folder lies in memory: on a tmpfs, or on an overlay written to one.

    Parameters
    ----------
    folder
        It need not exist yet.
    mounts
        The list of what is mounted; without one (macOS) nothing is taken to be in memory.
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    table = [parts for line in lines if len(parts := line.split()) >= 4]
    found = _mount_of(folder.absolute(), table)
    if found is None or found[2] in _MEMORY:
        return found is not None
    if found[2] != "overlay":
        return False
    options = dict(o.partition("=")[::2] for o in found[3].split(","))
    # A container's upper folder is not to be seen from within: then it is taken for a disk.
    upper = options.get("upperdir", "")
    under = _mount_of(Path(upper), [parts for parts in table if parts[1] != "/"]) if upper else None
    return under is not None and under[2] in _MEMORY


def writable(folder: Path) -> bool:
    """Tell whether files can be made in a folder, which is made when needed."""
    probe = folder / ".livecoach-probe"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return False
    return True


def _mount_of(path: Path, table: list[list[str]]) -> list[str] | None:
    """Return the line of the mount that a path lies on: the longest, and of equals the last."""
    over = {str(p) for p in (path, *path.parents)}
    best: list[str] | None = None
    for parts in table:
        at = parts[1].replace("\\040", " ")
        if at in over and (best is None or len(at) >= len(best[1])):
            best = parts
    return best
