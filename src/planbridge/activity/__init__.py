"""What happened, one row an entry."""
