"""SQLite opened the way this house needs it, and its complaints in one plain line."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from livecoach.errors import StoreBusyError, StoreError, StoreFullError

BUSY_S = 5.0
_WAYS_OUT = {
    "SQLITE_FULL": "the disk is full: free some space",
    "SQLITE_NOTADB": "this is not an SQLite file",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_READONLY_DBMOVED": "the file was removed or moved away",
    "SQLITE_READONLY": "the file or its folder is read-only",
    "SQLITE_CANTOPEN": "the file cannot be opened or created there",
    "SQLITE_IOERR": "the disk is full or failing",
    "SQLITE_BUSY": "another program holds the file",
    "SQLITE_LOCKED": "another program holds the file",
}
_KINDS: dict[str, type[StoreError]] = {
    "SQLITE_FULL": StoreFullError,
    "SQLITE_IOERR": StoreFullError,
    "SQLITE_BUSY": StoreBusyError,
    "SQLITE_LOCKED": StoreBusyError,
}
_UNDONE = ("-wal", "-journal")
# What a reader meets where it cannot make the "-shm" it needs, or must not undo a half-done write.
_NEEDS_A_COPY = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_FULL", "SQLITE_IOERR")


def trouble(path: Path, exc: Exception) -> StoreError:
    """Return the one line that says what is wrong with the file at ``path``."""
    name = getattr(exc, "sqlite_errorname", None) or ""
    for start, text in _WAYS_OUT.items():
        if name.startswith(start):
            return _KINDS.get(start, StoreError)(f"{path}: {text}")
    reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
    return StoreError(f"{path}: {' '.join(reason.split())}")


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open ``path`` with an SQLite URI ``mode`` (``"rwc"``, ``"ro"``, ``"ro&immutable=1"``).

    Transactions are begun by hand, and the connection may be handed to another thread.
    """
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        timeout=BUSY_S,
        isolation_level=None,
        check_same_thread=False,
        uri=True,
    )


def make_folder(path: Path) -> None:
    """Create the folder that ``path`` will lie in.

    Raises
    ------
    StoreError
        It cannot be created, or is a file.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        reason = "this is a file, not a folder" if path.parent.is_file() else exc.strerror
        msg = f"{path.parent}: no folder can be created here ({reason})"
        raise StoreError(msg) from exc


def stamp(db: sqlite3.Connection) -> tuple[int, int]:
    """Return whose file it is and the version of its tables: (application_id, user_version)."""
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return application, version


class ReadOnly:
    """A database opened to be read, wherever it lies and however its writer ended.

    A file that kill -9 left behind has its last rows in ``-wal``. SQLite needs the ``-shm`` beside
    it to read those; where that cannot be made (a read-only folder, a full disk), file and ``-wal``
    are read as a copy; so they are when a change was left half-done in a ``-journal``. Without
    either the file is complete and is read as it is.

    Raises
    ------
    StoreError
        Missing, a folder, unreadable, or not SQLite.
    """

    def __init__(self, path: Path) -> None:
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        try:
            with path.open("rb"):
                pass
            self.db = self._open(path)
        except FileNotFoundError as exc:
            msg = f"{path}: there is no such file"
            raise StoreError(msg) from exc
        except IsADirectoryError as exc:
            msg = f"{path}: this is a folder, not a session file"
            raise StoreError(msg) from exc
        except (OSError, sqlite3.Error) as exc:
            raise trouble(path, exc) from exc

    def close(self) -> None:
        """Close the database and remove the copy, if one was needed."""
        self.db.close()
        self._drop_copy()

    def _open(self, path: Path) -> sqlite3.Connection:
        try:
            return _probed(path, "ro")
        except sqlite3.OperationalError as exc:
            if not exc.sqlite_errorname.startswith(_NEEDS_A_COPY):
                raise
        undone = [file for end in _UNDONE if _filled(file := path.with_name(path.name + end))]
        if not undone:
            return _probed(path, "ro&immutable=1")
        self._copy = tempfile.TemporaryDirectory(prefix="livecoach-")
        try:
            return _probed(_copied([path, *undone], Path(self._copy.name)), "rw")
        except BaseException:
            self._drop_copy()
            raise

    def _drop_copy(self) -> None:
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None


def _filled(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _copied(files: list[Path], folder: Path) -> Path:
    """Copy ``files`` into ``folder``; return the first one's copy."""
    for file in files:
        shutil.copyfile(file, folder / file.name)
    return folder / files[0].name


def _probed(path: Path, mode: str) -> sqlite3.Connection:
    """Open and read once, because SQLite finds most trouble only then."""
    db = connect(path, mode)
    try:
        with closing(db.execute("SELECT count(*) FROM sqlite_master")) as found:
            found.fetchone()
    except BaseException:
        db.close()
        raise
    return db
