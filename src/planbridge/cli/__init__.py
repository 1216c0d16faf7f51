"""The command line: thin commands over the functions that change things."""
