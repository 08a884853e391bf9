"""The sandbox's memory, one SQLite file: every accepted job, written before any answer is given. It is the ledger."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from providers.sandbox.orders import Order
from providers.sandbox.scenarios import Scenario

SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, client_id TEXT NOT NULL, prompt TEXT NOT NULL,
    spec TEXT NOT NULL, cost TEXT NOT NULL,
    created_at REAL NOT NULL, completed_at REAL, deleted_at REAL, cancelled_at REAL,
    protocol TEXT NOT NULL, details TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS job_client_id ON job (protocol, client_id);
CREATE INDEX IF NOT EXISTS job_prompt ON job (prompt);
CREATE TABLE IF NOT EXISTS attempt (prompt TEXT PRIMARY KEY, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS plan (
    number INTEGER PRIMARY KEY AUTOINCREMENT, scenario TEXT NOT NULL, times INTEGER NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Job:
    """An accepted job. `prompt` is as it was sent, magic words too; instants are unix seconds, `cost` US dollars.

    `protocol` says whose words it was ordered in, `details` holds what only that protocol cares about.
    """

    number: int
    id: str
    client_id: str
    prompt: str
    order: Order
    cost: Decimal
    created_at: float
    completed_at: float | None
    deleted_at: float | None
    cancelled_at: float | None
    protocol: str
    details: Mapping[str, object]


class Store:
    """Opens or makes the file at `path`. Every method is one transaction, on disk when it returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=20, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        _forget_older_shape(self._db)
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    def accept(
        self,
        job_id: str,
        order: Order,
        *,
        protocol: str,
        prompt: str,
        client_id: str,
        cost: Decimal,
        at: float,
        details: Mapping[str, object],
    ) -> Job:
        columns = "id, client_id, prompt, spec, cost, created_at, protocol, details"
        self._db.execute(
            f"INSERT INTO job ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 — fixed words only
            (job_id, client_id, prompt, order.as_json(), str(cost), at, protocol, json.dumps(details)),
        )
        return self.ledger_entry(job_id)

    def ledger(self) -> list[Job]:
        """Every job ever accepted, deleted ones too, oldest first."""
        return [_job(row) for row in self._db.execute("SELECT * FROM job ORDER BY number")]

    def ledger_entry(self, job_id: str) -> Job:
        """Raises KeyError."""
        row = self._db.execute("SELECT * FROM job WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise KeyError(job_id)
        return _job(row)

    def find(self, protocol: str, job_id: str) -> Job | None:
        return self._one("protocol = ? AND id = ?", protocol, job_id)

    def find_by_client_id(self, protocol: str, client_id: str) -> Job | None:
        return self._one("protocol = ? AND client_id = ?", protocol, client_id)

    def _one(self, condition: str, *values: str) -> Job | None:
        query = f"SELECT * FROM job WHERE deleted_at IS NULL AND {condition}"  # noqa: S608 — fixed words only
        row = self._db.execute(query, values).fetchone()
        return _job(row) if row else None

    def page(self, protocol: str, *, after: Job | None, limit: int, newest_first: bool) -> list[Job]:
        """At most `limit` jobs that follow `after` in the order asked for."""
        beyond, direction = ("<", "DESC") if newest_first else (">", "ASC")
        start = after.number if after else (1 << 62 if newest_first else 0)
        query = (
            f"SELECT * FROM job WHERE deleted_at IS NULL AND protocol = ? AND number {beyond} ? "  # noqa: S608 — fixed words only
            f"ORDER BY number {direction} LIMIT ?"
        )
        return [_job(row) for row in self._db.execute(query, (protocol, start, limit))]

    def takes_of(self, prompt: str) -> int:
        """How many jobs with exactly this prompt were accepted so far."""
        return int(self._db.execute("SELECT count(*) FROM job WHERE prompt = ?", (prompt,)).fetchone()[0])

    def complete(self, job_id: str, at: float) -> None:
        self._db.execute("UPDATE job SET completed_at = ? WHERE id = ? AND completed_at IS NULL", (at, job_id))

    def cancel(self, job_id: str, at: float) -> None:
        self._db.execute("UPDATE job SET cancelled_at = ? WHERE id = ? AND cancelled_at IS NULL", (at, job_id))

    def delete(self, job_id: str, at: float) -> None:
        self._db.execute("UPDATE job SET deleted_at = ? WHERE id = ?", (at, job_id))

    def count_attempt(self, prompt: str) -> int:
        """Count one more create call with this prompt, and say the how-manieth it is."""
        query = "INSERT INTO attempt VALUES (?, 1) ON CONFLICT (prompt) DO UPDATE SET count = count + 1 RETURNING count"
        return int(self._db.execute(query, (prompt,)).fetchone()[0])

    def plan(self, scenario: Scenario, times: int) -> None:
        """The next `times` create calls behave as `scenario`."""
        self._db.execute("INSERT INTO plan (scenario, times) VALUES (?, ?)", (scenario, times))

    def planned(self) -> list[tuple[Scenario, int]]:
        rows = self._db.execute("SELECT scenario, times FROM plan WHERE times > 0 ORDER BY number")
        return [(Scenario(row["scenario"]), row["times"]) for row in rows]

    def take_planned(self) -> frozenset[Scenario]:
        """What the create call at hand is planned to do; each plan is used up by one."""
        planned = frozenset(scenario for scenario, _ in self.planned())
        self._db.execute("UPDATE plan SET times = times - 1 WHERE times > 0")
        return planned

    def forget_plans(self) -> None:
        self._db.execute("DELETE FROM plan")


def _job(row: sqlite3.Row) -> Job:
    fields = dict(row)
    order, details = Order.from_json(fields.pop("spec")), json.loads(fields.pop("details"))
    return Job(order=order, cost=Decimal(fields.pop("cost")), details=details, **fields)


def _forget_older_shape(db: sqlite3.Connection) -> None:
    """A ledger from before there were several protocols is set aside: its jobs have long expired."""
    columns = {row["name"] for row in db.execute("PRAGMA table_info(job)")}
    if columns and "protocol" not in columns:
        db.execute("ALTER TABLE job RENAME TO job_of_one_protocol")
