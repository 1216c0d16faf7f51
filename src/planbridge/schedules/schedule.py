"""A schedule: one task of Task Scheduling, with its rule, its plans, and when it is looked at next."""

from django.db import models

from planbridge.schedules.rule import BusinessDays, Frequency, Rule
from planbridge.schedules.task_type import CHOICES


class Outcome(models.TextChoices):
    """What came of a schedule's last turn."""

    NONE = "", "Never run"
    REQUESTED = "requested", "Syncs requested"
    SWITCHED_OFF = "switched_off", "Did not run: switched off"
    MARKET_CLOSED = "market_closed", "Did not run: the market is closed"
    NO_PLANS = "no_plans", "Did not run: no plans"
    ALL_WAITING = "all_waiting", "Did not run: all plans wait for a sync already"
    STILL_SPREAD = "still_spread", "Did not run: the last run is still being spread over its window"


class Schedule(models.Model):
    """One task of a firm. `due_at` is its next turn, run or not; `next_run_at` the next real run, none while off."""

    firm = models.ForeignKey("security.Firm", on_delete=models.RESTRICT)
    task_type = models.TextField(choices=CHOICES)
    is_on = models.BooleanField(default=True)
    frequency = models.TextField(choices=[(one.value, one.value) for one in Frequency])
    time_zone = models.TextField()
    processing_time = models.TimeField(null=True)
    weekday = models.PositiveSmallIntegerField(null=True)
    day_of_month = models.PositiveSmallIntegerField(null=True)
    on_date = models.DateField(null=True)
    cron = models.TextField(blank=True)
    business_days = models.TextField(choices=[(one.value, one.value) for one in BusinessDays])
    window_minutes = models.PositiveSmallIntegerField(default=0)
    is_for_all_plans = models.BooleanField(default=True)
    connection = models.ForeignKey("recordkeepers.Connection", on_delete=models.RESTRICT, null=True)
    version = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField(null=True)
    next_run_at = models.DateTimeField(null=True)
    last_turn_at = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    last_outcome = models.TextField(choices=Outcome.choices, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "schedule"
        indexes = (models.Index(fields=["due_at"], name="schedule_due"),)

    def __str__(self) -> str:
        return f"{self.get_task_type_display()} {self.frequency}"

    def rule(self) -> Rule:
        """When it runs, as a value."""
        return Rule(
            Frequency(self.frequency),
            self.time_zone,
            at=self.processing_time,
            weekday=self.weekday,
            day_of_month=self.day_of_month,
            on_date=self.on_date,
            cron=self.cron,
            business_days=BusinessDays(self.business_days),
        )

    @property
    def actor(self) -> str:
        """Who asks for its syncs, as runs and activity name it."""
        return f"schedule {self.pk}"


class SchedulePlan(models.Model):
    """A plan selected for a schedule that is not for all plans."""

    pk = models.CompositePrimaryKey("plan_id", "schedule_id")
    plan_id = models.BigIntegerField()
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE)

    class Meta:
        db_table = "schedule_plan"


class SchedulePart(models.Model):
    """Plans of a run whose syncs are requested later within the schedule's window; the row goes as that happens."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE)
    starts_at = models.DateTimeField()
    plan_ids = models.JSONField()

    class Meta:
        db_table = "schedule_part"
        indexes = (models.Index(fields=["starts_at"], name="schedule_part_starts"),)
