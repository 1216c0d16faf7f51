"""Notifications: who is told of what happens to a plan, in which words, and the e-mails that tell it."""
