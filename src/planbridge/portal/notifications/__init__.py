"""The Notifications tab of Plan Details: who is told of what, in which words, and what was sent."""
