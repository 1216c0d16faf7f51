"""A connection: one configured recordkeeper with its settings, sealed credentials and limits."""

from datetime import datetime, timedelta

from django.db import models

TEST_SECONDS_MAX = 60


class ConnectionKind(models.TextChoices):
    """How a recordkeeper is reached."""

    REST = "rest", "Recordkeeper API"
    FILES = "files", "Drop folder"
    SQL = "sql", "Database"


class Connection(models.Model):
    """One configured recordkeeper of a firm."""

    firm = models.ForeignKey("security.Firm", on_delete=models.RESTRICT)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, choices=ConnectionKind.choices)
    settings = models.JSONField(default=dict)
    credentials_sealed = models.BinaryField(null=True)
    requests_per_minute = models.PositiveIntegerField(null=True)
    concurrent_requests_max = models.PositiveSmallIntegerField(default=4)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    next_request_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "connection"
        constraints = (models.UniqueConstraint(fields=["firm", "name"], name="connection_name_once_a_firm"),)

    def __str__(self) -> str:
        return self.name


class ConnectionTest(models.Model):
    """The last test of a connection; `steps` are its checks so far (connector.Check), `test_id` says whose they are."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, primary_key=True, related_name="last_test")
    test_id = models.UUIDField()
    asked_by = models.TextField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    steps = models.JSONField(default=list)

    class Meta:
        db_table = "connection_test"

    @property
    def has_passed(self) -> bool:
        """Whether every step was tried and passed."""
        return self.finished_at is not None and bool(self.steps) and all(one["passed"] for one in self.steps)

    def is_running(self, now: datetime) -> bool:
        """Whether another step may still come; a test whose process died is over with its time."""
        return self.finished_at is None and now - self.started_at < timedelta(seconds=TEST_SECONDS_MAX)


class DeliveryState(models.TextChoices):
    """What became of a delivery in a drop folder."""

    WAITING = "waiting", "Waiting to be read"
    REFUSED = "refused", "Refused, with its problem code"
    ARCHIVED = "archived", "Read by all and moved away"


class Delivery(models.Model):
    """A delivery that was seen in a drop folder; `read_by`: ids of the plans that read it, where it is a single file."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE)
    name = models.CharField(max_length=500)
    digest = models.CharField(max_length=64)
    as_of = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    problem_code = models.CharField(max_length=64, blank=True)
    read_by = models.JSONField(default=list)
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "delivery"
        constraints = (models.UniqueConstraint(fields=["connection", "name", "digest"], name="delivery_seen_once"),)

    def __str__(self) -> str:
        return self.name
