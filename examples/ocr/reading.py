"""Pre- and postprocessing of the two models (PP-OCRv4): pixels to tensors, maps to boxes, scores to text."""

from pathlib import Path

import numpy as np
from PIL import Image

Box = tuple[int, int, int, int]

# Folder into which the README unpacks the package of the models.
CHARACTERS = Path(__file__).parents[2] / ".cache/ocr/package/assets/ppocr_keys_v1.txt"

READER_HEIGHT = 48
# Width and height of the detector's input are multiples of this.
DETECTOR_STEP = 32
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)

# The detector was trained on boxes shrunk by area / perimeter times SHRINK, and its map is binarized at THRESHOLD
# (Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", AAAI 2020).
SHRINK = 1 - 0.4**2
# A shrunk box needs a larger ratio to be restored, plus a margin, because cut letters are misread.
GROW = 2.0
THRESHOLD = 0.3


def moved(box: Box, ratio: float) -> tuple[float, float, float, float]:
    """Returns the box with each edge moved outwards by area / perimeter x ratio."""
    x1, y1, x2, y2 = box
    by = (x2 - x1) * (y2 - y1) / (2 * (x2 - x1 + y2 - y1)) * ratio
    return x1 - by, y1 - by, x2 + by, y2 + by


def shrink(box: Box) -> Box:
    x1, y1, x2, y2 = (round(edge) for edge in moved(box, -SHRINK))
    return x1, y1, x2, y2


def detector_input(image: Image.Image) -> np.ndarray:
    """Returns float32 [1, 3, height, width], padded with white on the right and at the bottom to multiples of 32."""
    width, height = (-(-side // DETECTOR_STEP) * DETECTOR_STEP for side in image.size)
    page = Image.new("RGB", (width, height), "white")
    page.paste(image.convert("RGB"))
    return ((np.asarray(page, np.float32) / 255 - MEAN) / DEVIATION).transpose(2, 0, 1)[None].copy()


def boxes_of(chances: np.ndarray, size: tuple[int, int]) -> list[Box]:
    """Returns the boxes of horizontal lines from top to bottom, grown from the text regions of the map [height, width]."""
    boxes = []
    for top, bottom in runs(np.any(chances > THRESHOLD, axis=1)):
        for left, right in runs(np.any(chances[top:bottom] > THRESHOLD, axis=0), gap=16):
            if min(right - left, bottom - top) < 3:
                continue
            x1, y1, x2, y2 = (round(edge) for edge in moved((left, top, right, bottom), GROW))
            boxes.append((max(x1, 0), max(y1, 0), min(x2, size[0]), min(y2, size[1])))
    return boxes


def runs(flags: np.ndarray, gap: int = 1) -> list[tuple[int, int]]:
    """Returns the intervals [start, end) in which flags are set. Joins those that are at most `gap` apart."""
    indices = np.flatnonzero(flags)
    if len(indices) == 0:
        return []
    return [(int(run[0]), int(run[-1]) + 1) for run in np.split(indices, np.flatnonzero(np.diff(indices) > gap) + 1)]


def reader_input(line: Image.Image, width: int | None = None) -> np.ndarray:
    """Returns float32 [1, 3, 48, width]: the line scaled to height 48, and at most to `width`, padded on the right with mid grey."""
    image = scaled(line.convert("RGB"), width)
    pixels = (np.asarray(image, np.float32) / 255 - 0.5) / 0.5
    missing = 0 if width is None else width - image.width
    return np.pad(pixels, ((0, 0), (0, missing), (0, 0))).transpose(2, 0, 1)[None].copy()


def scaled(line: Image.Image, max_width: int | None = None) -> Image.Image:
    width = max(1, round(line.width * READER_HEIGHT / line.height))
    return line.resize((width if max_width is None else min(width, max_width), READER_HEIGHT))


def read_characters(path: Path) -> list[str]:
    """Returns the characters by class. Class 0 is the blank, and the last class is the space."""
    return ["", *path.read_text("utf-8").splitlines(), " "]


def text_of(scores: np.ndarray, characters: list[str]) -> str:
    """Returns the text of scores [steps, classes]: the most likely class of each step, with repeats merged."""
    best = scores.argmax(axis=-1)
    return "".join(characters[index] for step, index in enumerate(best) if step == 0 or index != best[step - 1])
