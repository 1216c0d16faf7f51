"""Pages of Task Scheduling."""
