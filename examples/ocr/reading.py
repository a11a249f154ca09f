"""What stands before and after the two models of a reader of pages (PP-OCRv4): pixels to tensors, maps to boxes, scores to text."""

from pathlib import Path

import numpy as np
from PIL import Image

Box = tuple[int, int, int, int]

# Where the README has the models' package unpacked.
CHARACTERS = Path(__file__).parents[2] / ".cache/ocr/package/assets/ppocr_keys_v1.txt"

READER_HEIGHT = 48
# Both of the detector's sides are multiples of it.
DETECTOR_STEP = 32
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)

# The detector was trained to see a line's box moved inwards by area / perimeter times this, and its map is cut at THRESHOLD
# (Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", AAAI 2020).
SHRINK = 1 - 0.4**2
# A shrunk box needs more of that to be whole again, and some more: letters that are cut are misread.
GROW = 2.0
THRESHOLD = 0.3


def moved(box: Box, ratio: float) -> tuple[float, float, float, float]:
    """Each edge moved outwards by area / perimeter x ratio."""
    x1, y1, x2, y2 = box
    by = (x2 - x1) * (y2 - y1) / (2 * (x2 - x1 + y2 - y1)) * ratio
    return x1 - by, y1 - by, x2 + by, y2 + by


def shrink(box: Box) -> Box:
    x1, y1, x2, y2 = (round(edge) for edge in moved(box, -SHRINK))
    return x1, y1, x2, y2


def detector_input(image: Image.Image) -> np.ndarray:
    """float32 [1, 3, height, width], white added on the right and below up to a multiple of 32."""
    width, height = (-(-side // DETECTOR_STEP) * DETECTOR_STEP for side in image.size)
    page = Image.new("RGB", (width, height), "white")
    page.paste(image.convert("RGB"))
    return ((np.asarray(page, np.float32) / 255 - MEAN) / DEVIATION).transpose(2, 0, 1)[None].copy()


def boxes_of(chances: np.ndarray, size: tuple[int, int]) -> list[Box]:
    """Of lines of upright text, from above: where the map [height, width] says text, grown to the whole line."""
    boxes = []
    for top, bottom in runs(np.any(chances > THRESHOLD, axis=1)):
        for left, right in runs(np.any(chances[top:bottom] > THRESHOLD, axis=0), gap=16):
            if min(right - left, bottom - top) < 3:
                continue
            x1, y1, x2, y2 = (round(edge) for edge in moved((left, top, right, bottom), GROW))
            boxes.append((max(x1, 0), max(y1, 0), min(x2, size[0]), min(y2, size[1])))
    return boxes


def runs(flags: np.ndarray, gap: int = 1) -> list[tuple[int, int]]:
    """Where flags are set: [start, end), those less than `gap` apart together."""
    places = np.flatnonzero(flags)
    if len(places) == 0:
        return []
    return [(int(run[0]), int(run[-1]) + 1) for run in np.split(places, np.flatnonzero(np.diff(places) > gap) + 1)]


def reader_input(line: Image.Image, width: int | None = None) -> np.ndarray:
    """float32 [1, 3, 48, width]: the line scaled to the height of 48, narrower at most, with middle grey on the right to fill up."""
    image = scaled(line.convert("RGB"), width)
    pixels = (np.asarray(image, np.float32) / 255 - 0.5) / 0.5
    missing = 0 if width is None else width - image.width
    return np.pad(pixels, ((0, 0), (0, missing), (0, 0))).transpose(2, 0, 1)[None].copy()


def scaled(line: Image.Image, most: int | None = None) -> Image.Image:
    width = max(1, round(line.width * READER_HEIGHT / line.height))
    return line.resize((width if most is None else min(width, most), READER_HEIGHT))


def read_characters(path: Path) -> list[str]:
    """By class: 0 is none, the last is the space."""
    return ["", *path.read_text("utf-8").splitlines(), " "]


def text_of(scores: np.ndarray, characters: list[str]) -> str:
    """Of scores [steps, classes]: the likeliest class of each step, repeats taken for one."""
    best = scores.argmax(axis=-1)
    return "".join(characters[it] for step, it in enumerate(best) if step == 0 or it != best[step - 1])
