"""Pages of plans: Plan Summary, adding plans."""
