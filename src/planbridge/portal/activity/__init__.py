"""Pages of the Activity Monitor."""
