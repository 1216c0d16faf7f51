"""Pages of settings: profile, users, firm."""
