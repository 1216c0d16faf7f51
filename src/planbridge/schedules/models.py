"""The tables of the schedules package."""

from planbridge.schedules.schedule import Schedule, SchedulePart, SchedulePlan

__all__ = ["Schedule", "SchedulePart", "SchedulePlan"]
