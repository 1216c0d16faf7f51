"""Signing in: by invitation, with what allauth brings."""
