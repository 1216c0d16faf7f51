"""People in plans and what is held of them."""
