#!/usr/bin/env python3
"""Trains the detector of the task `shapes`, exports it to ONNX, and draws its validation set.

Writes shapes.onnx (input `image` uint8 [batch,64,64,3], outputs `boxes` float32 [batch,3,4] in pixels and
`scores` float32 [batch,3]) and validation.npz (pictures that are not used in training, with the boxes of their
shapes). Seeds are fixed: the pictures are always the same, and the weights nearly so.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from draw import SHAPES, SIDE, pictures  # noqa: E402

TRAINING_COUNT, TRAINING_SEED = 8_000, 1
VALIDATION_COUNT, VALIDATION_SEED = 150, 2
OPSET = 17
STRIDE = 4
CELLS = SIDE // STRIDE
# Box edges are learnt in this many pixels.
SCALE = 8.0


def conv(before: int, after: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


class Detector(nn.Module):
    """Finds the centre of each shape on a grid, and the distances from there to the edges of its box (CenterNet; Zhou et al., 2019)."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(conv(3, 12, stride=2), conv(12, 24, stride=2), conv(24, 32), conv(32, 32), conv(32, 32), conv(32, 32))
        self.centres = nn.Conv2d(32, len(SHAPES), 1)
        self.edges = nn.Conv2d(32, len(SHAPES) * 4, 1)
        at = torch.arange(CELLS, dtype=torch.float32) * STRIDE + STRIDE / 2
        y, x = torch.meshgrid(at, at, indexing="ij")
        self.register_buffer("points", torch.stack([x, y, x, y]).reshape(1, 1, 4, -1))

    def maps(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Returns logits of the centres [n, shapes, cells] and boxes from each cell [n, shapes, 4, cells]."""
        features = self.features(image.permute(0, 3, 1, 2).float() / 255)
        logits = self.centres(features).flatten(2)
        distances = self.edges(features).reshape(-1, len(SHAPES), 4, CELLS * CELLS) * SCALE
        return logits, self.points + distances

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        logits, boxes = self.maps(image)
        best, cell = logits.max(dim=2)
        chosen = boxes.gather(3, cell[:, :, None, None].expand(-1, -1, 4, 1))
        return chosen.squeeze(3), best.sigmoid()


def loss_of(model: Detector, image: Tensor, boxes: Tensor) -> Tensor:
    """Returns the cross-entropy of the centre's cell plus the error of the boxes from the cells around the centre."""
    logits, predicted = model.maps(image)
    centre = (boxes[..., :2] + boxes[..., 2:]) / 2
    cell = (centre / STRIDE).long().clamp(0, CELLS - 1)
    target = cell[..., 1] * CELLS + cell[..., 0]
    far = (model.points[0, 0, :2].unsqueeze(0).unsqueeze(0) - centre[..., None]).square().sum(2)  # [n, shapes, cells]
    soft = torch.softmax(-far / STRIDE**2, dim=2)
    near = (far < (1.5 * STRIDE) ** 2).float()
    edge = F.smooth_l1_loss(predicted, boxes[..., None].expand_as(predicted), reduction="none").mean(2)
    found = torch.zeros_like(logits).scatter(2, target[..., None], 1)
    # The scores are those of a cell with and without a centre.
    score = F.binary_cross_entropy_with_logits(logits, found, pos_weight=torch.tensor(20.0))
    return F.cross_entropy(logits.flatten(0, 1), soft.flatten(0, 1)) + 5 * score + (edge * near).sum() / near.sum()


def flipped(image: Tensor, boxes: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mirrors and transposes the pictures of a batch at random."""
    x1, y1, x2, y2 = boxes.unbind(2)
    if torch.rand(1, generator=generator) < 0.5:
        image, x1, x2 = image.flip(2), SIDE - x2, SIDE - x1
    if torch.rand(1, generator=generator) < 0.5:
        image, y1, y2 = image.flip(1), SIDE - y2, SIDE - y1
    if torch.rand(1, generator=generator) < 0.5:
        image, x1, y1, x2, y2 = image.transpose(1, 2), y1, x1, y2, x2
    return image, torch.stack([x1, y1, x2, y2], 2)


def train(epochs: int, threads: int) -> Detector:
    torch.set_num_threads(threads)
    torch.manual_seed(TRAINING_SEED)
    generator = torch.Generator().manual_seed(TRAINING_SEED)
    image, boxes = (torch.from_numpy(array) for array in pictures(TRAINING_COUNT, TRAINING_SEED))
    model = Detector()
    batch = 64
    steps = len(image) // batch
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=epochs * steps, pct_start=0.2)
    started = time.monotonic()
    for epoch in range(1, epochs + 1):
        model.train()
        total = 0.0
        for chosen in torch.randperm(len(image), generator=generator)[: steps * batch].split(batch):
            loss = loss_of(model, *flipped(image[chosen], boxes[chosen], generator))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() / steps
        print(f"  epoch {epoch}/{epochs} loss {total:.4f} ({time.monotonic() - started:.0f} s)", flush=True)
    return model.eval()


def export(model: Detector, path: Path) -> None:
    torch.onnx.export(
        model,
        torch.zeros(1, SIDE, SIDE, 3, dtype=torch.uint8),
        str(path),
        input_names=["image"],
        output_names=["boxes", "scores"],
        dynamic_axes={"image": {0: "batch"}, "boxes": {0: "batch"}, "scores": {0: "batch"}},
        opset_version=OPSET,
    )
    onnx.checker.check_model(onnx.load(str(path)), full_check=True)


def mean_iou(a: np.ndarray, b: np.ndarray) -> float:
    def area(box: np.ndarray) -> np.ndarray:
        return (box[..., 2] - box[..., 0]).clip(0) * (box[..., 3] - box[..., 1]).clip(0)

    common = area(np.concatenate([np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])], axis=-1))
    return float((common / (area(a) + area(b) - common)).mean())


def check(model: Detector, path: Path, image: np.ndarray, label: np.ndarray) -> None:
    """Compares the exported file with torch in batches of 1 and 50, and prints its accuracy."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = model(torch.from_numpy(image))[0].numpy()
    for batch in (1, 50):
        boxes = np.concatenate([session.run(["boxes"], {"image": image[at : at + batch]})[0] for at in range(0, len(image), batch)])
        gap = float(np.abs(boxes - expected).max())
        if gap > 0.01:
            sys.exit(f"in batches of {batch}, boxes differ from torch's by {gap:.3f} px: expected at most 0.01")
        print(f"  batch {batch}: mean IoU {mean_iou(boxes, label):.4f}, largest gap to torch {gap:.1e} px")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train and export the detector of the task `shapes`.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="output folder (default: this folder)")
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2, help="number of torch's threads, which affects rounding (default: 2)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    image, label = pictures(VALIDATION_COUNT, VALIDATION_SEED)
    np.savez_compressed(arguments.out / "validation.npz", image=image, label=label)
    model = train(arguments.epochs, arguments.threads)
    path = arguments.out / "shapes.onnx"
    export(model, path)
    check(model, path, image, label)
    print(f"  {sum(weight.numel() for weight in model.parameters()):,} weights, {path.stat().st_size / 1_000:.0f} KB")


if __name__ == "__main__":
    main()
