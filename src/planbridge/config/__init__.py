"""Settings, environment and the embedded database."""
