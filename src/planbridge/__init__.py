"""Planbridge keeps a retirement-plan engagement platform in step with the recordkeeper."""
