"""The tables of the recordkeepers package."""

from planbridge.recordkeepers.connection import Connection, Delivery

__all__ = ["Connection", "Delivery"]
