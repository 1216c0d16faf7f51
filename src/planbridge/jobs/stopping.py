"""Whether this process was asked to stop: a job looks here where it can be handed back without loss."""

from threading import Event

STOP_ASKED = Event()


class HandedBack(Exception):  # noqa: N818 - says what happens
    """The job is handed back, because its worker was asked to stop: another worker does it."""


def hand_back_if_asked() -> None:
    """Raises HandedBack when the process was asked to stop."""
    if STOP_ASKED.is_set():
        raise HandedBack
