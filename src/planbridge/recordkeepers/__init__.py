"""Connections to recordkeepers and what they deliver."""
