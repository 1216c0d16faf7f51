"""Plan Sync and Participant Sync."""
