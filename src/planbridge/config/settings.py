"""Django's settings, from the environment; the entry point has already found or started the database."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from planbridge.config import env
from planbridge.config.logs import configure_logs
from planbridge.config.sign_in import NO_MAIL, mail_server, oidc_providers, origin_of
from planbridge.security.keys import parse_keys, read_or_make_key_file

BASE_DIR = Path(__file__).resolve().parent.parent
PLANBRIDGE_HOME = env.home_folder()
HEARTBEAT_SECONDS = env.positive_seconds(env.HEARTBEAT_SECONDS)
STALE_SECONDS = env.positive_seconds(env.STALE_SECONDS)
RESCUE_SECONDS = env.positive_seconds(env.RESCUE_SECONDS)
PAUSE_AT = env.PAUSE_AT.read()
SEALING_KEYS = env.KEYS.read()
LIMITS_FILE = env.LIMITS.read()
IS_WEB = bool(env.WEB.read())
WEB_THREADS = env.positive_count(env.WEB_THREADS)
WEB_PROCESSES = env.web_processes()
VISIT_DAYS = env.positive_count(env.VISIT_DAYS)
INVITATION_DAYS = env.positive_count(env.INVITATION_DAYS)
PUBLIC_URL = origin_of(env.URL.read())


def database_from(url: str) -> dict[str, Any]:
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


def pooled(database: dict[str, Any], connections_max: int) -> dict[str, Any]:
    """A database entry whose connections are lent by a pool, one a thread at most; a request waits 5 s for one."""
    pool = {"min_size": 1, "max_size": connections_max, "timeout": 5, "max_idle": 300}
    return database | {"CONN_MAX_AGE": 0, "OPTIONS": database["OPTIONS"] | {"pool": pool}}


def signing_key() -> str:
    """The key that signs sessions, drawn from the sealing keys: all web processes that share those share it."""
    keys = parse_keys(SEALING_KEYS) if SEALING_KEYS else read_or_make_key_file(PLANBRIDGE_HOME / "keys.json")
    return keys.derive("web-signing").hex()


IS_DATABASE_EMBEDDED = bool(env.EMBEDDED.read())
DATABASE = database_from(env.DATABASE_URL.read() or "postgresql:///planbridge")
DATABASES = {"default": pooled(DATABASE, WEB_THREADS) if IS_WEB else DATABASE}
SECRET_KEY = signing_key() if IS_WEB else "the command line signs nothing"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "planbridge.security",
    "planbridge.activity",
    "planbridge.notifications",
    "planbridge.recordkeepers",
    "planbridge.plans",
    "planbridge.users",
    "planbridge.participants",
    "planbridge.sync",
    "planbridge.schedules",
    "planbridge.enrollment",
    "planbridge.portal",  # before allauth, whose templates it restyles
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "planbridge.portal.health.Health",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "planbridge.portal.sign_in.htmx.WholePageForSignIn",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "planbridge.portal.firm_time.FirmTime",
    "planbridge.portal.sign_in.no_store.NoStore",
    "planbridge.portal.unstorable.UnstorableText",
]
ROOT_URLCONF = "planbridge.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "planbridge.portal.layout.layout",
            ],
            "builtins": ["django.templatetags.static", "planbridge.portal.templatetags.portal"],
        },
    }
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # all of the 2,000 plans that a recordkeeper's list shows may be ticked
USE_TZ = True
LANGUAGES = [("en", "English"), ("es", "Español")]  # Spanish on the Enrollment site alone
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Who works loads the jobs by the paths below; who only reads is spared polars and httpx, half a second of start.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = [
    "planbridge.sync.jobs",
    "planbridge.schedules.jobs",
    "planbridge.participants.jobs",
    "planbridge.notifications.jobs",
    "planbridge.enrollment.jobs",
]

# What is served beside pages: gathered into the home folder by `planbridge serve`, under names that change with content.
STATIC_URL = "/static/"
STATIC_ROOT = PLANBRIDGE_HOME / "static"
STATICFILES_STORAGE_WEB = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STATICFILES_STORAGE_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_STORAGE_WEB if IS_WEB else STATICFILES_STORAGE_PLAIN},
}

# The browser is told what a page may load: our own files and nothing else, no script or style written into a page.
OIDC_ORIGIN = origin_of(env.OIDC_URL.read())
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # Signing in elsewhere begins with a form here that leads there.
        "form-action": [SELF, *([OIDC_ORIGIN] if OIDC_ORIGIN else [])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
IS_HTTPS = (PUBLIC_URL or "").startswith("https://")
ALLOWED_HOSTS = [
    *(name.strip() for name in (env.ALLOWED_HOSTS.read() or "").split(",") if name.strip()),
    *([urlsplit(PUBLIC_URL).hostname or ""] if PUBLIC_URL else []),
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
CSRF_FAILURE_VIEW = "planbridge.portal.errors.form_expired"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Signing in: by invitation only; allauth has passwords, authenticator apps, passkeys, sessions and OpenID Connect.
AUTH_USER_MODEL = "security.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "plans:summary"
ACCOUNT_ADAPTER = "planbridge.portal.sign_in.adapter.InvitedOnly"
SOCIALACCOUNT_ADAPTER = "planbridge.portal.sign_in.adapter.InvitedOnlyByProvider"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation's link proves the address
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to people who have nothing to do with us
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Planbridge: "
ACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_PROVIDERS = oidc_providers()
MFA_ADAPTER = "planbridge.portal.sign_in.adapter.SealedSecrets"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Planbridge"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS  # a browser itself allows it on localhost only
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.PROXIES.read() or 0)
# In the database, because attempts to sign in are counted over all web processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

# Mail, where a server is named.
MAIL = mail_server(env.SMTP_URL.read())
IS_MAIL_CONFIGURED = ACCOUNT_EMAIL_NOTIFICATIONS = MAIL is not NO_MAIL
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = MAIL.backend, MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_SSL, EMAIL_USE_TLS, EMAIL_TIMEOUT = MAIL.is_tls, MAIL.is_starttls, 20
DEFAULT_FROM_EMAIL = env.MAIL_FROM.read()

configure_logs(env.LOG_LEVEL.read() or "WARNING")
REVIVE_DATABASE = "planbridge.config.revive.revive"
POSTGRES_PROGRAMS = "planbridge.config.postgres_settings.PROGRAMS"
