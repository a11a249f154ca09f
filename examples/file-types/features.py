"""The input of magika's model: the first and the last bytes of a file (standard_v3_3)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

# Bytes that are read from each end, and numbers that are kept of them without surrounding white space.
BLOCK, KEPT = 4096, 1024
PADDING = 256
LABELS = Path(__file__).with_name("labels.txt").read_text().split()


def features(content: bytes) -> np.ndarray:
    """Returns int32 [2048]: the first 1,024 bytes, padded at the end, and the last 1,024, padded at the start."""
    first, last = content[:BLOCK].lstrip()[:KEPT], content[-BLOCK:].rstrip()[-KEPT:]
    numbers = np.full(2 * KEPT, PADDING, np.int32)
    numbers[: len(first)] = list(first)
    numbers[2 * KEPT - len(last) :] = list(last)
    return numbers
