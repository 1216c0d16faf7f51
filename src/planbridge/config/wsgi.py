"""The web application, as granian or any other WSGI server loads it: planbridge.config.wsgi:application."""

import gc
import multiprocessing
import os
from multiprocessing.process import BaseProcess
from threading import Thread

from django.core.wsgi import get_wsgi_application

from planbridge.config import env


def leave_with(parent: BaseProcess) -> None:
    """End this process when the one that started it has ended, however it did: else it would keep the port for ever."""
    parent.join()
    os._exit(1)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planbridge.config.settings")
os.environ[env.WEB.name] = "1"
started_by = multiprocessing.parent_process()
if started_by is not None:
    Thread(target=leave_with, args=(started_by,), daemon=True).start()

application = get_wsgi_application()
# What is loaded stays: the garbage collector passes over it, and no page waits while it does not.
gc.collect()
gc.freeze()
