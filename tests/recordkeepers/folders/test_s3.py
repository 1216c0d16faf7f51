"""Drop folders in S3-compatible object storage: a real server, with wrong keys and a bucket that is not there."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.conf import settings as product
from moto.server import ThreadedMotoServer

from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import ConnectionRefused, NewConnection, add_connection
from planbridge.recordkeepers.registry import connector_for
from planbridge.security.firm import only_firm
from tests.cast import crowd, deliver, plan_document
from tests.syncing import added_plan, codes, counts, problems, sync_people, sync_plan

pytestmark = pytest.mark.django_db
KEYS = {"access_key": "planbridge-test", "secret_key": "not-a-secret"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A running server's address."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty bucket; what is fetched lies below tmp_path."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", tmp_path / "home")
    store = boto3.resource(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    ).create_bucket(Bucket=tmp_path.name.replace("_", "-"))
    yield store
    store.objects.all().delete()


def connected(address: str, bucket: str, secrets: dict[str, str] = KEYS) -> Connection:
    """A connection to a folder of a bucket."""
    settings = {"path": f"s3://{bucket}/from/recordkeeper", "endpoint": address, "profile": "canonical"}
    return add_connection(only_firm(), NewConnection("far", ConnectionKind.FILES, settings, secrets), actor="test")


def put(bucket: Any, folder: Path) -> None:
    """Put a delivery into the bucket."""
    for file in sorted(folder.iterdir()):
        bucket.upload_file(str(file), f"from/recordkeeper/{folder.name}/{file.name}")


def keys(bucket: Any) -> list[str]:
    """The manifests in the bucket."""
    return [
        one.key.removeprefix("from/recordkeeper/") for one in bucket.objects.all() if one.key.endswith("manifest.json")
    ]


def test_a_delivery_in_object_storage_is_read_and_archived_there(bucket: Any, address: str, inbox: Path) -> None:
    """RK-3: A delivery in a bucket is fetched, read, and moved to archive/ in the bucket when all have read it."""
    put(bucket, deliver(inbox, crowd(3), plans=[plan_document()]))
    plan = added_plan(connected(address, bucket.name))
    run = sync_plan(plan)
    assert run.status == "successful", problems(run)
    assert counts(sync_people(plan)) == (3, 3, 0, 0, 0)
    assert keys(bucket) == ["archive/day1/manifest.json"]
    put(bucket, deliver(inbox, crowd(3), day=2))
    assert counts(sync_people(plan)) == (3, 0, 3, 0, 0)


def test_a_bucket_that_is_not_there_is_a_matter_of_the_settings(bucket: Any, address: str) -> None:
    """RK-3: A bucket that is not there is told as such, and as nothing to be tried again."""
    (check,) = connector_for(connected(address, f"{bucket.name}-none")).test()
    assert not check.passed
    assert "is not there" in check.said


def test_a_store_that_is_not_reached_is_tried_again(bucket: Any) -> None:
    """RK-3: Object storage that nobody answers for is RK_UNREACHABLE."""
    run = sync_plan(added_plan(connected("http://127.0.0.1:9", bucket.name)))
    assert (run.status, codes(run)) == ("error", ["RK_UNREACHABLE"])


def test_half_a_key_is_refused(bucket: Any, address: str) -> None:
    """RK-1: Object storage needs both keys."""
    with pytest.raises(ConnectionRefused, match="both anew"):
        connected(address, bucket.name, {"access_key": "planbridge-test"})


def test_a_delivery_in_one_zip_is_read_out_of_a_bucket(bucket: Any, address: str, inbox: Path) -> None:
    """RK-3: A canonical delivery in one zip, an object, is fetched, unpacked here, read, and archived as it came."""
    folder = deliver(inbox, crowd(3), plans=[plan_document()])
    packed = shutil.make_archive(str(inbox / "delivery"), "zip", folder)
    bucket.upload_file(packed, "from/recordkeeper/delivery.zip")
    plan = added_plan(connected(address, bucket.name))
    Connection.objects.update(settings=plan.connection.settings | {"settle_seconds": 0})
    assert sync_plan(plan).status == "successful"
    assert counts(sync_people(plan)) == (3, 3, 0, 0, 0)
    (kept,) = bucket.objects.all()
    assert kept.key.startswith("from/recordkeeper/archive/")
    assert kept.key.endswith("-delivery.zip")
