"""Every environment variable that Planbridge reads: typed, with its default and meaning."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, default (None: unset) and meaning."""

    name: str
    default: str | None
    meaning: str

    def read(self) -> str | None:
        """The variable's text, or its default."""
        return os.environ.get(self.name) or self.default


HOME = Variable(
    "PLANBRIDGE_HOME",
    None,
    "Folder of the embedded database, keys and files (default: the platform's data directory).",
)
DATABASE_URL = Variable(
    "DATABASE_URL",
    None,
    "An outside PostgreSQL 15 or newer (postgresql://...). Unset: the embedded server in PLANBRIDGE_HOME.",
)
EMBEDDED = Variable(
    "PLANBRIDGE_EMBEDDED",
    None,
    "Set by the command line itself for the processes it starts: the data directory of the embedded server.",
)
KEYS = Variable(
    "PLANBRIDGE_KEYS",
    None,
    "Sealing keys as 'version:base64,...' (newest last). Unset: the file keys.json in PLANBRIDGE_HOME.",
)
LIMITS = Variable(
    "PLANBRIDGE_LIMITS",
    None,
    "A file with the savings limits of further years. Unset: limits.toml in PLANBRIDGE_HOME, when there is one.",
)
LOG_LEVEL = Variable("PLANBRIDGE_LOG_LEVEL", "WARNING", "Least severe log line written: DEBUG, INFO, WARNING, ERROR.")
HEARTBEAT_SECONDS = Variable("PLANBRIDGE_HEARTBEAT_SECONDS", "5", "Seconds between the heartbeats of a worker.")
STALE_SECONDS = Variable("PLANBRIDGE_STALE_SECONDS", "20", "Seconds without heartbeat after which a worker is dead.")
RESCUE_SECONDS = Variable("PLANBRIDGE_RESCUE_SECONDS", "10", "Seconds between searches for dead workers' runs.")
PAUSE_AT = Variable(
    "PLANBRIDGE_PAUSE_AT",
    None,
    "For fault tests: 'stage:seconds' makes each run wait at that stage's border; '*:seconds' at each border.",
)
WEB = Variable("PLANBRIDGE_WEB", None, "Set by the web process itself: what only it needs is prepared.")
WEB_THREADS = Variable("PLANBRIDGE_WEB_THREADS", "8", "Threads, and database connections, of one web process.")
WEB_PROCESSES = Variable(
    "PLANBRIDGE_WEB_PROCESSES", None, "Web processes of `serve`, `up` and `demo`. Unset: one a processor, at most 4."
)
WEB_PROCESSES_MAX = 4  # unless told otherwise: each takes some 130 MB, and up to WEB_THREADS connections
VISIT_DAYS = Variable(
    "PLANBRIDGE_VISIT_DAYS", "90", "Days after which a visit to the Enrollment site that was not confirmed is deleted."
)
INVITATION_DAYS = Variable(
    "PLANBRIDGE_INVITATION_DAYS", "30", "Days after which an invitation to enroll that was used or expired is deleted."
)
URL = Variable(
    "PLANBRIDGE_URL",
    None,
    "The address under which people reach the portal, such as https://plans.example.test. With https cookies are sent "
    "over https only, and X-Forwarded-Proto of the proxy in front is believed.",
)
ALLOWED_HOSTS = Variable(
    "PLANBRIDGE_ALLOWED_HOSTS",
    "localhost,127.0.0.1,[::1]",
    "Host names that requests may name, beside that of PLANBRIDGE_URL.",
)
PROXIES = Variable("PLANBRIDGE_PROXIES", "0", "How many proxies stand in front: whose X-Forwarded-For is believed.")
SMTP_URL = Variable(
    "PLANBRIDGE_SMTP_URL",
    None,
    "Mail server as smtp://user:password@host:587 (STARTTLS) or smtps://... (TLS). Unset: no mail is sent.",
)
MAIL_FROM = Variable("PLANBRIDGE_MAIL_FROM", "planbridge@localhost", "Sender of mails.")
OIDC_URL = Variable(
    "PLANBRIDGE_OIDC_URL", None, "OpenID Connect: the provider's address. Unset: people sign in here alone."
)
OIDC_CLIENT_ID = Variable("PLANBRIDGE_OIDC_CLIENT_ID", None, "OpenID Connect: our id at the provider.")
OIDC_CLIENT_SECRET = Variable("PLANBRIDGE_OIDC_CLIENT_SECRET", None, "OpenID Connect: our secret at the provider.")
OIDC_NAME = Variable("PLANBRIDGE_OIDC_NAME", "single sign-on", "OpenID Connect: what the button calls the provider.")

VARIABLES = (
    HOME,
    DATABASE_URL,
    EMBEDDED,
    KEYS,
    LIMITS,
    LOG_LEVEL,
    HEARTBEAT_SECONDS,
    STALE_SECONDS,
    RESCUE_SECONDS,
    PAUSE_AT,
    WEB,
    WEB_THREADS,
    WEB_PROCESSES,
    URL,
    ALLOWED_HOSTS,
    PROXIES,
    SMTP_URL,
    MAIL_FROM,
    OIDC_URL,
    OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET,
    OIDC_NAME,
)


def home_folder() -> Path:
    """The installation's folder, created private to its owner when absent."""
    folder = Path(HOME.read() or platformdirs.user_data_path("planbridge")).expanduser()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def positive_seconds(variable: Variable) -> float:
    """A duration in seconds; raises ValueError naming the variable when it is not a positive number."""
    text = variable.read() or ""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if seconds <= 0:
        message = f"{variable.name} must be a positive number of seconds, not {text!r}."
        raise ValueError(message)
    return seconds


def web_processes() -> int:
    """How many web processes a server has: one answers no faster than one processor computes."""
    if WEB_PROCESSES.read() is not None:
        return positive_count(WEB_PROCESSES)
    # Where a machine lends only some of its processors to this process, those count.
    own = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(own, WEB_PROCESSES_MAX)


def positive_count(variable: Variable) -> int:
    """A number of at least 1; raises ValueError naming the variable when it is not one."""
    text = variable.read() or ""
    if not text.isdecimal() or int(text) < 1:
        message = f"{variable.name} must be a whole number of at least 1, not {text!r}."
        raise ValueError(message)
    return int(text)
