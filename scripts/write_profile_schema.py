"""Writes docs/profile.schema.json, the JSON Schema of file profiles, from the types that read them."""

import json
from pathlib import Path

from planbridge.recordkeepers.profile import profile_schema

PAGE = Path(__file__).resolve().parent.parent / "docs/profile.schema.json"


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(profile_schema(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the schema."""
    PAGE.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
