"""Other ways to load the same deliveries, each run in a schema of its own and timed by `harness`."""
