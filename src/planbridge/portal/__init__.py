"""The Advisor Portal: each page parses, calls one function, renders."""
