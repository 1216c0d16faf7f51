"""The submission log: participants' changes on their way to the recordkeeper."""
