"""Draws pictures with a circle, a square and a triangle at known places."""

from __future__ import annotations

import numpy as np

SIDE = 64
SHAPES = ("circle", "square", "triangle")
# Pixels are sampled this many times in each direction, for smooth edges.
SAMPLING = 3
CORNERS = {"square": 4, "triangle": 3}


def picture(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Returns a picture, uint8 [64, 64, 3], and the boxes of its shapes in the order of SHAPES, float32 [3, 4] as x1, y1, x2, y2 in pixels."""
    step = 1 / SAMPLING
    at = np.arange(step / 2, SIDE, step)
    x, y = np.meshgrid(at, at)
    colours = distinct_colours(rng, len(SHAPES) + 2)
    pixels = shaded(x, y, colours[0], rng)
    for _ in range(rng.integers(2, 5)):  # Lines in front of the background, which are not to be found.
        pixels[line(x, y, rng)] = colours[1]
    boxes = np.zeros((len(SHAPES), 4), np.float32)
    centres = spread_centres(rng)
    for index in rng.permutation(len(SHAPES)):
        inside = filled(SHAPES[index], x, y, centres[index], rng.uniform(6, 11), rng)
        pixels[inside] = colours[index + 2]
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        boxes[index] = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]) * step
    small = pixels.reshape(SIDE, SAMPLING, SIDE, SAMPLING, 3).mean(axis=(1, 3))
    return np.rint(small).clip(0, 255).astype(np.uint8), boxes


def pictures(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns pictures [count, 64, 64, 3] and boxes [count, 3, 4]. The same seed returns the same pictures."""
    drawn = [picture(np.random.default_rng((seed, index))) for index in range(count)]
    return np.stack([image for image, _ in drawn]), np.stack([boxes for _, boxes in drawn])


def distinct_colours(rng: np.random.Generator, count: int) -> list[np.ndarray]:
    """Returns random colours, of which no two are similar."""
    chosen: list[np.ndarray] = []
    while len(chosen) < count:
        colour = rng.uniform(0, 255, 3)
        if all(np.abs(colour - other).sum() > 150 for other in chosen):
            chosen.append(colour)
    return chosen


def shaded(x: np.ndarray, y: np.ndarray, colour: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Returns a background of one colour that becomes brighter in a random direction."""
    slope = rng.uniform(-0.8, 0.8, 2)
    return colour + ((x - SIDE / 2) * slope[0] + (y - SIDE / 2) * slope[1])[..., None]


def line(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    angle, offset = rng.uniform(0, np.pi), rng.uniform(-20, 20)
    return np.abs((x - SIDE / 2) * np.cos(angle) + (y - SIDE / 2) * np.sin(angle) - offset) < rng.uniform(0.5, 1.2)


def spread_centres(rng: np.random.Generator) -> np.ndarray:
    """Returns a centre for each shape, so that shapes may touch but hardly cover each other."""
    while True:
        centres = rng.uniform(12, SIDE - 12, (len(SHAPES), 2))
        gaps = [np.linalg.norm(centres[a] - centres[b]) for a in range(len(SHAPES)) for b in range(a)]
        if min(gaps) > 20:
            return centres


def filled(shape: str, x: np.ndarray, y: np.ndarray, centre: np.ndarray, radius: float, rng: np.random.Generator) -> np.ndarray:
    """Returns which points a circle covers, or a regular polygon at a random angle."""
    dx, dy = x - centre[0], y - centre[1]
    if shape == "circle":
        return dx**2 + dy**2 < radius**2
    corners = CORNERS[shape]
    turned = np.arctan2(dy, dx) - rng.uniform(0, 2 * np.pi)
    sector = 2 * np.pi / corners
    return np.hypot(dx, dy) * np.cos((turned % sector) - sector / 2) < radius * np.cos(np.pi / corners)
