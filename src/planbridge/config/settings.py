"""Django's settings, from the environment; the entry point has already found or started the database."""

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from planbridge.config import env
from planbridge.config.logs import configure_logs

BASE_DIR = Path(__file__).resolve().parent.parent
PLANBRIDGE_HOME = env.home_folder()
HEARTBEAT_SECONDS = env.positive_seconds(env.HEARTBEAT_SECONDS)
STALE_SECONDS = env.positive_seconds(env.STALE_SECONDS)
RESCUE_SECONDS = env.positive_seconds(env.RESCUE_SECONDS)
PAUSE_AT = env.PAUSE_AT.read()
SEALING_KEYS = env.KEYS.read()


def database_from(url: str) -> dict[str, object]:
    """Django's database entry for a postgresql:// address; a socket folder may stand in ?host=."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "planbridge",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


IS_DATABASE_EMBEDDED = bool(env.EMBEDDED.read())
DATABASES = {"default": database_from(env.DATABASE_URL.read() or "postgresql:///planbridge")}
SECRET_KEY = "set by the web process; the command line signs nothing"  # noqa: S105 - not a secret: nothing is signed yet
INSTALLED_APPS = [
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "planbridge.security",
    "planbridge.activity",
    "planbridge.recordkeepers",
    "planbridge.plans",
    "planbridge.participants",
    "planbridge.sync",
]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Who works loads the jobs by the paths below; who only reads is spared polars and httpx, half a second of start.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["planbridge.sync.jobs"]

configure_logs(env.LOG_LEVEL.read() or "WARNING")
REVIVE_DATABASE = "planbridge.config.revive.revive"
