"""What it was measured on."""

import os
import platform
from pathlib import Path

import psutil

from tests.support.database import TestDatabase


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe(database: TestDatabase) -> str:
    """Processor, cores, memory, PostgreSQL and Python, in a line."""
    [version] = database.run("SHOW server_version")
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{_processor()}, {cores()} cores, {memory:.0f} GiB of memory,"
        f" PostgreSQL {version['server_version']}, Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
