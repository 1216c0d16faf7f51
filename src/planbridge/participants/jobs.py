"""The job of the participants package: counting who holds each fund of a plan, before somebody looks."""

from planbridge.jobs.queue import app
from planbridge.participants.fund_holders import COUNTING, refresh_waiting_holders


@app.task(name=COUNTING)
def count_holders(*, plan: int) -> None:
    """Count the holders of a plan's funds, where a draft waits and the count no longer holds."""
    refresh_waiting_holders([plan])
