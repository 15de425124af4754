"""A larger sample is streamed: memory does not grow with the number of applications."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import re, sys
from pathlib import Path
from pipelines.sample import write_sample
write_sample(Path(sys.argv[1]) / "landing", Path(sys.argv[1]) / "truth", scale=sys.argv[2])
# Not ru_maxrss: a child starts with the peak of the process that made it.
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def peak_megabytes(folder: Path, scale: str) -> int:
    command = [sys.executable, "-c", SCRIPT, str(folder), scale]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.slow
def test_five_times_the_applications_take_far_less_than_five_times_the_memory(tmp_path: Path) -> None:
    small, large = (peak_megabytes(tmp_path / scale, scale) for scale in ("80_000", "400_000"))
    assert large < 1.8 * small
    assert large < 600
