"""The tables of the recordkeepers package."""

from planbridge.recordkeepers.connection import Connection, ConnectionTest, Delivery

__all__ = ["Connection", "ConnectionTest", "Delivery"]
