"""Files of a drop folder that cannot be taken: moved aside with the reason beside them, and remembered."""

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection, Delivery, DeliveryState
from planbridge.recordkeepers.folder_copies import FileInFolder, kept_name, move_file
from planbridge.recordkeepers.folder_mirror import COPIES, mirror_folder
from planbridge.recordkeepers.folder_opening import digest_of


def refuse_file(connection: Connection, one: FileInFolder, problem: Problem) -> None:
    """Move a file to refused/ with its reason beside it, and remember that."""
    copy = mirror_folder(connection) / COPIES / one.name
    digest = digest_of(copy) if copy.is_file() else ""
    defaults = {"as_of": one.changed_at, "state": DeliveryState.REFUSED, "problem_code": problem.code}
    rows = Delivery.objects.filter(connection=connection, name=one.name, digest=digest)
    if not rows.exclude(state=DeliveryState.REFUSED).exists():
        Delivery.objects.update_or_create(connection=connection, name=one.name, digest=digest, defaults=defaults)
    move_file(connection, one.name, "refused", kept_as=kept_name(one.name, one.changed_at), reason=problem)
