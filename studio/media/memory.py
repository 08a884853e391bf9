"""Child side: tells a file that is damaged from a process that has run into its memory limit.

FFmpeg's threaded decoders report a failed allocation as "invalid data", so the error itself cannot be asked.
"""

import resource
from pathlib import Path

NEARLY_ALL = 0.9
"""Share of RLIMIT_AS: the allocation that failed is not counted, and one 4096 x 4096 picture is under 2 % of 1.5 GB."""


def is_exhausted() -> bool:
    """Whether this process ever came near its address-space limit; False without a limit."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return limit != resource.RLIM_INFINITY and peak_bytes() > NEARLY_ALL * limit


def peak_bytes() -> int:
    """Largest address space so far (`VmPeak` of proc(5), given in kB)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmPeak:"):
            return int(line.split()[1]) * 1024
    return 0
