"""The tables of the recordkeepers package."""

from planbridge.recordkeepers.connection import Connection, ConnectionTest, Delivery
from planbridge.recordkeepers.file_profile import FileProfile

__all__ = ["Connection", "ConnectionTest", "Delivery", "FileProfile"]
