"""Users of the Advisor Portal: inviting them, letting them in, changing what they may."""
