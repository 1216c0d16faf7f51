"""Pages of the people of a plan."""
