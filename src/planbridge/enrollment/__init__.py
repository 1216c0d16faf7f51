"""What a participant is offered and may choose: limits, rates, the projection, elections."""
