"""Plans, their versions, funds and prices."""
