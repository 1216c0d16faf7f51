"""The books kept as a database beside the store: written by order, and anew after every change, so that SQL shows it too."""

import sqlite3
import threading
from pathlib import Path

from planbridge.simulator import store as statements
from planbridge.simulator.file_face import DeliveryRefusedError
from planbridge.simulator.recordkeeper import Recordkeeper
from planbridge.simulator.sql_face import write_database

_PLACE = "books"


class Books:
    """Where the books are kept, if anywhere; remembered in the store. Safe to use from several threads."""

    def __init__(self, keeper: Recordkeeper) -> None:
        """Take the recordkeeper whose books they are."""
        self._keeper = keeper
        self._writing = threading.Lock()

    def keep(self, place: str | None) -> dict[str, object]:
        """Write the books into a SQLite file from now on; raises DeliveryRefusedError for a place that cannot be written."""
        path = Path(place or "")
        if not path.is_absolute():
            message = "file is needed: the whole path of the database, /tmp/books.sqlite"
            raise DeliveryRefusedError(message)
        rows = self._write(path)
        with self._keeper.store.writing() as connection:
            connection.execute(statements.WRITE_STATE, (_PLACE, str(path)))
        return {"file": str(path), "url": f"sqlite:///{path}", "rows": rows}

    def follow(self) -> dict[str, object]:
        """Write the books anew where they are kept, and say so; the change stands even where that cannot be done."""
        place = self._keeper.store.state(_PLACE)
        if not place:
            return {}
        try:
            self._write(Path(place))
        except DeliveryRefusedError as error:
            return {"books": f"not written: {error}"}
        return {"books": place}

    def _write(self, path: Path) -> dict[str, int]:
        with self._writing:
            try:
                return write_database(self._keeper, path)
            except (OSError, sqlite3.Error) as error:
                message = f"{path} cannot be written: {error}"
                raise DeliveryRefusedError(message) from error
