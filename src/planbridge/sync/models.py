"""The tables of the sync package."""

from planbridge.sync.progress import RunProgress
from planbridge.sync.run import HeldFeed, Quarantine, RunProblem, SyncRun
from planbridge.sync.submission import Submission, SubmissionAttempt

__all__ = ["HeldFeed", "Quarantine", "RunProblem", "RunProgress", "Submission", "SubmissionAttempt", "SyncRun"]
