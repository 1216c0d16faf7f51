"""Firms, keys, sealed SSNs and credentials."""
