"""The recordkeeper simulator: a process and a store of its own, and both contracts of the Recordkeeper API."""
