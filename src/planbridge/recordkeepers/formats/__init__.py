"""Readers of delivered formats."""
