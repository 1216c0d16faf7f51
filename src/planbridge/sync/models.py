"""The tables of the sync package."""

from planbridge.sync.run import HeldFeed, Quarantine, RunProblem, Submission, SyncRun

__all__ = ["HeldFeed", "Quarantine", "RunProblem", "Submission", "SyncRun"]
