"""The tables of the notifications package."""

from planbridge.notifications.event_setting import PlanNotification
from planbridge.notifications.notification import Notification, NotificationAttachment
from planbridge.notifications.sync_state import PlanSyncAlert
from planbridge.notifications.template import PlanNotificationTemplate

__all__ = [
    "Notification",
    "NotificationAttachment",
    "PlanNotification",
    "PlanNotificationTemplate",
    "PlanSyncAlert",
]
