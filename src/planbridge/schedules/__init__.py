"""Task Scheduling: which syncs run when, and how fresh each plan is."""
