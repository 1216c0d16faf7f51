"""The tables of the sync package."""

from planbridge.sync.progress import RunProgress
from planbridge.sync.run import HeldFeed, Quarantine, RunProblem, Submission, SyncRun

__all__ = ["HeldFeed", "Quarantine", "RunProblem", "RunProgress", "Submission", "SyncRun"]
