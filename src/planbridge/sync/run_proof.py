"""A run's proof as a file: JSON as the run keeps it, or its lines as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from planbridge.activity.export import cell_of, csv_line
from planbridge.sync.run import RunStatus, SyncRun
from planbridge.sync.run_page import ProofLine, proof_lines

COLUMNS = ("subject", "name", "recordkeeper", "read", "rejected", "held", "difference")
# Of these, what was read and not rejected is held afterwards.
TAKES_IN = (RunStatus.SUCCESSFUL, RunStatus.SUCCESSFUL_WITH_WARNINGS, RunStatus.PARTLY_SUCCESSFUL)


@dataclass(frozen=True)
class ProofRow:
    """A line of the proof with what of it is held since; None where the run took nothing in."""

    line: ProofLine
    held: str | None

    @property
    def is_people(self) -> bool:
        """People, and not dollars."""
        return self.line.subject == "people"

    def shown(self, text: str | None) -> str:
        """A total of this line: people with thousands, dollars to the cent whatever their size, for it is a proof."""
        if text is None:
            return "\N{EN DASH}"
        exact = Decimal(text)
        return f"{exact:,}" if self.is_people else f"{'-' if exact < 0 else ''}${abs(exact):,.2f}"

    @property
    def cells(self) -> list[tuple[str, str]]:
        """The amounts as (column, text), in the order of the table."""
        line = self.line
        amounts = {"Recordkeeper": line.recordkeeper, "Read": line.read, "Rejected": line.rejected, "Held": self.held}
        return [(column, self.shown(amount)) for column, amount in amounts.items()]

    @property
    def difference(self) -> str:
        """The difference as it is shown."""
        return self.shown(self.line.difference)

    @property
    def differs(self) -> bool:
        """What the recordkeeper says is not what was read."""
        return self.line.difference is not None and Decimal(self.line.difference) != 0


def proof_rows(run: SyncRun) -> list[ProofRow]:
    """The proof of a run line by line; empty where nothing was read."""
    takes_in = run.status in TAKES_IN and not run.is_dry_run
    return [
        ProofRow(line, str(Decimal(line.read) - Decimal(line.rejected)) if takes_in else None)
        for line in proof_lines(run)
    ]


def is_of_changes(run: SyncRun) -> bool:
    """Whether only what had changed was read: then less is read than the totals say, and nothing is compared."""
    return not (run.proof or {}).get("complete", True)  # a Plan Sync counts no people


def proof_as_json(run: SyncRun, external_plan_id: str) -> dict[str, Any]:
    """The proof as it is handed out."""
    return {"run": str(run.id), "plan": external_plan_id, "status": run.status} | (run.proof or {})


def proof_as_csv(run: SyncRun) -> Iterator[str]:
    """The proof as lines of CSV, the headings first."""
    yield csv_line(COLUMNS)
    for row in proof_rows(run):
        own = [row.line.subject, row.line.name, row.line.recordkeeper, row.line.read, row.line.rejected, row.held]
        yield csv_line([exact_cell(value) for value in (*own, row.line.difference)])


def exact_cell(value: str | None) -> str:
    """A number as it is, for a minus before digits is no formula; anything else as any cell."""
    try:
        return str(Decimal(value)) if value else ""
    except InvalidOperation:
        return cell_of(value)
