"""Pages of recordkeepers: their connections."""
