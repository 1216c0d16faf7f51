"""The settings of an embedded server follow the machine they are written on."""

from pathlib import Path

import pytest

from planbridge.config import postgres_settings


def test_buffers_take_a_quarter_of_the_memory_up_to_two_gigabytes() -> None:
    """The buffers are 25 % of what the process may use, at most 2 GB, and fsync stays on."""
    expected = max(16, min(2048, postgres_settings.memory_bytes() // 4 // 1024 // 1024))
    lines = postgres_settings.first_start_settings().splitlines()
    assert f"shared_buffers = '{expected}MB'" in lines
    assert "fsync = 'on'" in lines


def test_the_log_is_compressed_only_where_that_is_quick() -> None:
    """Whole pages go into the log compressed with lz4, or as they are: the older method costs more than it saves."""
    lines = postgres_settings.first_start_settings().splitlines()
    assert {"wal_compression = 'lz4'", "wal_compression = 'off'"}.intersection(lines)


def test_a_containers_limit_counts_as_its_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container limit below the machine's memory is the memory; an absent, open or higher limit is none."""
    machine = postgres_settings.memory_bytes()
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(postgres_settings, "CGROUP_LIMITS", (tmp_path / "absent", limit))
    for text, expected in (("1073741824\n", 1073741824), ("max\n", machine), (str(1 << 60), machine)):
        limit.write_text(text, encoding="utf-8")
        assert postgres_settings.memory_bytes() == expected


def test_small_shared_memory_is_avoided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where /dev/shm is below the limit, parallel queries use System V shared memory; else the default stays."""
    option = "dynamic_shared_memory_type=sysv"
    monkeypatch.setattr(postgres_settings, "SHARED_MEMORY_MIN_BYTES", 0)
    assert option not in postgres_settings.start_options(Path("/somewhere"))
    monkeypatch.setattr(postgres_settings, "SHARED_MEMORY_MIN_BYTES", 1 << 60)
    assert option in postgres_settings.start_options(Path("/somewhere"))
