"""A worker that hangs in the middle of a heartbeat: those that begin after it do not wait for it."""

import asyncio

import psycopg
import pytest
from django.db import connection
from procrastinate.exceptions import ConnectorException

from planbridge.jobs.worker import job_connector

pytestmark = pytest.mark.django_db(transaction=True)
HEARTBEAT = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 day'"


async def hangs_while(others_begin: str) -> None:
    """Have the session of a worker stop between its heartbeat and whatever it would do next, while others go on."""
    hung, other = job_connector(), job_connector()
    await hung.open_async()
    await other.open_async()
    try:
        await hung.execute_query_async("INSERT INTO procrastinate_workers DEFAULT VALUES")
        async with hung.pool.connection() as session:
            await session.execute(HEARTBEAT)
            await other.execute_query_async("SET lock_timeout = '5s'")
            await other.execute_query_async(others_begin)
            assert session.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    finally:
        await hung.close_async()
        await other.close_async()


def test_a_worker_that_hangs_at_its_heartbeat_holds_up_nobody() -> None:
    """PT-7: a worker that hangs between a heartbeat and the next step keeps no lock, so that others forget it and begin."""
    try:
        asyncio.run(hangs_while("SELECT procrastinate_prune_stalled_workers_v1(60)"))
    except ConnectorException as error:
        pytest.fail(f"the others waited for it: {error.__cause__}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        assert cursor.fetchone() == (0,)
