"""Deliveries packed as recordkeepers pack them - in zips, encrypted, or both - and single files of changed rates."""

import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pysequoia

from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.open_pgp_keys import key_of
from tests.cast import PLAN_ID

HEADER = (
    "RecordType,PlanId,EmployeeLastName,EmployeeFirstName,EmployeeMiddleInitial,EmployeeSSN,EffectiveDate,"
    "ContributionCode,DeferralPercent,DeferralAmount,EmployeeEligibilityDate,LoanNumber,LoanPaymentAmount,TotalLoanAmount"
)


def set_up(plan: Plan, **settings: object) -> None:
    """Change the settings of the plan's connection."""
    connection = Connection.objects.get(pk=plan.connection_id)
    Connection.objects.filter(pk=connection.pk).update(settings=connection.settings | {"settle_seconds": 0} | settings)
    plan.connection.refresh_from_db()


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a delivery, which is taken away."""
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(folder)
    return found


def zip_of(path: Path, files: Mapping[str, bytes]) -> Path:
    """A zip of some files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def to_key(connection: Connection) -> Callable[[bytes], bytes]:
    """Encrypts to the connection's key."""
    pair = key_of(connection)
    assert pair is not None
    public = pysequoia.Cert.from_bytes(pair.public_key.encode())
    return lambda content: bytes(pysequoia.encrypt(content, recipients=[public]))


def packed(inbox: Path, form: str, files: Mapping[str, bytes], encrypt: Callable[[bytes], bytes]) -> None:
    """Put a delivery into the folder in one of its forms."""
    if form == "a folder of encrypted files":
        (inbox / "delivery").mkdir()
        for name, content in files.items():
            (inbox / "delivery" / f"{name}.pgp").write_bytes(encrypt(content))
    elif form == "a zip of encrypted files":
        zip_of(inbox / "delivery.zip", {f"{name}.pgp": encrypt(content) for name, content in files.items()})
    elif form == "an encrypted zip":
        plain = zip_of(inbox / "delivery.zip", {f"day/{name}": content for name, content in files.items()})
        (inbox / "delivery.zip.pgp").write_bytes(encrypt(plain.read_bytes()))
        plain.unlink()
    else:
        zip_of(inbox / "delivery.zip", {f"day/{name}": content for name, content in files.items()})


def rate(ssn: str, percent: str) -> str:
    """A row of a changed rate."""
    return f"D,{PLAN_ID},Other,Name,,{ssn},11162026,401K,{percent},0,,,,"


def layout_file(*rows: str) -> bytes:
    """A file of changed rates."""
    return "\n".join([HEADER, *rows, ""]).encode()
