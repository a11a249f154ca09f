#!/usr/bin/env python3
"""Renders known text: the validation sets of the two tasks, and a page to read.

Writes words.npz, pages.npz, page.png and page.txt. The font is built into Pillow and the seeds are fixed, so that each run writes the
same files. Images have 8 grey levels, as from a cheap scanner, which keeps the sets small.
"""

import argparse
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from reading import CHARACTERS, Box, detector_input, read_characters, reader_input, scaled, shrink

HERE = Path(__file__).parent
LEVELS = 7
MARGIN = 4
WORD_WIDTH = 192

WORDS = """invoice total amount 2026 Berlin router worker batch latency accuracy frontier model quick brown fox jumps over lazy
dog 31415 27182 16180 hello world price tax net gross 42.50 19.99 due date order number street city country phone email left right
open close green blue yellow seven eight twelve Monday 0.985 1,250 A-17 page no. paid total: from: 90% 10:45 memory queue""".split()

PAGE = """Pareto picks what answers
accuracy 0.98 within 20 ms
invoice 2026-31 total 42.50
router worker controller
the quick brown fox jumps"""


def text_image(size: tuple[int, int], paper: int) -> Image.Image:
    return Image.new("L", size, paper)


def scanned(image: Image.Image) -> Image.Image:
    levels = np.round(np.asarray(image) / 255 * LEVELS) * (255 / LEVELS)
    return Image.fromarray(levels.astype(np.uint8))


def with_margin(box: Box) -> Box:
    """Returns the box with a margin, as human annotators draw it."""
    return box[0] - MARGIN, box[1] - MARGIN, box[2] + MARGIN, box[3] + MARGIN


def render_words(characters: list[str]) -> dict[str, np.ndarray]:
    """Returns `x`, inputs of the reader, and `label`, the classes of the characters in order, padded with 0."""
    rng = random.Random(1)
    images, labels = [], []
    for word in WORDS:
        image = text_image((400, 80), rng.randrange(225, 256))
        font, draw = ImageFont.load_default(size=rng.choice([7, 8, 10, 16, 28])), ImageDraw.Draw(image)
        draw.text((20, 20), word, rng.randrange(0, 60), font)
        line = image.crop(with_margin(draw.textbbox((20, 20), word, font)))
        images.append(reader_input(scanned(scaled(line)), WORD_WIDTH)[0])
        labels.append([characters.index(character) for character in word])
    length = max(map(len, labels))
    padded = [label + [0] * (length - len(label)) for label in labels]
    return {"x": np.stack(images), "label": np.array(padded, np.int64)}


def render_pages(count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
    """Returns `x`, inputs of the detector, and `label`, 1 inside the box of each line, shrunk as in the detector's training."""
    rng = random.Random(2)
    images, masks = [], []
    for _ in range(count):
        image, mask = text_image(size, rng.randrange(225, 256)), np.zeros((1, size[1], size[0]), np.float32)
        draw, top = ImageDraw.Draw(image), rng.randrange(4, 16)
        while top < size[1] - 40:
            font = ImageFont.load_default(size=rng.choice([18, 22, 26, 30]))
            text, left = " ".join(rng.sample(WORDS, rng.choice([1, 2, 2, 3]))), rng.randrange(8, 80)
            box = draw.textbbox((left, top), text, font)
            if box[2] > size[0] - 4:
                continue
            draw.text((left, top), text, rng.randrange(0, 60), font)
            x1, y1, x2, y2 = shrink(with_margin(box))
            mask[0, y1:y2, x1:x2] = 1
            top = box[3] + rng.randrange(12, 30)
        images.append(detector_input(scanned(image))[0])
        masks.append(mask)
    return {"x": np.stack(images), "label": np.stack(masks)}


def render_page() -> Image.Image:
    image = text_image((640, 384), 244)
    draw, top = ImageDraw.Draw(image), 30
    for line, size in zip(PAGE.splitlines(), [34, 28, 30, 26, 32]):
        draw.text((40, top), line, 30, ImageFont.load_default(size=size))
        top += 68
    return scanned(image)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=Path, default=CHARACTERS, help="file with the characters of the reader, one per line")
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args()
    np.savez_compressed(options.out / "words.npz", **render_words(read_characters(options.characters)))
    np.savez_compressed(options.out / "pages.npz", **render_pages(24, (320, 128)))
    render_page().save(options.out / "page.png", optimize=True)
    (options.out / "page.txt").write_text(PAGE + "\n")


if __name__ == "__main__":
    main()
