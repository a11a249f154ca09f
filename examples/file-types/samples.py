#!/usr/bin/env python3
"""Generates files of known types, and writes the validation set of the task `file-types`.

Writes samples.npz: `bytes` int32 [samples, 2048], the features of each file, and `label` int64 [samples], the position
of its type in labels.txt. The same seed generates the same files.
"""

from __future__ import annotations

import argparse
import base64
import csv
import email.message
import gzip
import io
import json
import random
import struct
import sqlite3
import tarfile
import wave
import zipfile
import zlib
from pathlib import Path
from typing import Callable

import numpy as np

from features import LABELS, features

SEED = 11
PER_TYPE = 8
NAMES = "order user invoice device sensor account session report vector cache parser token driver window album route".split()
VERBS = "load save find parse update remove count merge send read check build start close sort open".split()
WORDS = (
    "the first line of this text describes how a service reads its settings and what happens when one of them is missing "
    "every morning people walk along the river and talk about weather work and the price of bread before the market opens "
    "results were measured twice on different machines and the median of all runs is shown with its interval"
).split()


class Source(random.Random):
    """Random names, sentences and values."""

    def name(self) -> str:
        return self.choice(NAMES)

    def call(self) -> str:
        return f"{self.choice(VERBS)}_{self.choice(NAMES)}"

    def camel(self) -> str:
        return self.choice(VERBS) + self.choice(NAMES).capitalize()

    def sentence(self) -> str:
        return " ".join(self.choices(WORDS, k=self.randint(6, 14))).capitalize() + "."

    def paragraph(self) -> str:
        return " ".join(self.sentence() for _ in range(self.randint(3, 6)))

    def times(self, make: Callable[[], str], low: int = 4, high: int = 9, joint: str = "\n") -> str:
        return joint.join(make() for _ in range(self.randint(low, high)))

    def bytes_of(self, count: int) -> bytes:
        return self.randbytes(count)


def python(r: Source) -> str:
    def function() -> str:
        a, b = r.sample(NAMES, 2)
        return (
            f'def {r.call()}({a}: list[int], {b}: str = "{r.name()}") -> dict[str, int]:\n    """{r.sentence()}"""\n'
            f"    result = {{}}\n    for index, value in enumerate({a}):\n        if value > {r.randint(1, 99)}:\n"
            f"            result[{b}] = value + index\n    return result\n"
        )

    return f"import os\nimport sys\nfrom pathlib import Path\n\n\n{r.times(function, 2, 4, chr(10) * 2)}\n\nif __name__ == \"__main__\":\n    {r.call()}()\n"


def javascript(r: Source) -> str:
    def function() -> str:
        a = r.name()
        return (
            f"// {r.sentence()}\nfunction {r.camel()}({a}, done) {{\n  const items = {a}.filter((item) => item.id !== {r.randint(1, 99)});\n"
            f"  document.getElementById('{a}').addEventListener('click', () => {{\n    console.log(`${{items.length}} {a}`);\n    done(null, items);\n  }});\n}}\n"
        )

    return f"'use strict';\n\nconst fs = require('fs');\n\n{r.times(function, 2, 4)}\nmodule.exports = {{ {r.camel()} }};\n"


def c(r: Source) -> str:
    def function() -> str:
        a = r.name()
        return (
            f"/* {r.sentence()} */\nstatic int {r.call()}(struct {a} *{a}, size_t count)\n{{\n\tsize_t i;\n\n\tif (!{a})\n\t\treturn -EINVAL;\n"
            f"\tfor (i = 0; i < count; i++)\n\t\t{a}[i].value += {r.randint(1, 99)};\n\tprintf(\"%zu\\n\", count);\n\treturn 0;\n}}\n"
        )

    return f"#include <errno.h>\n#include <stdio.h>\n#include <stdlib.h>\n\nstruct {r.name()} {{\n\tint value;\n}};\n\n{r.times(function, 2, 4)}"


def go(r: Source) -> str:
    def function() -> str:
        a = r.name()
        return (
            f"// {r.camel().capitalize()} {r.sentence()}\nfunc {r.camel().capitalize()}({a} []int) (int, error) {{\n\tif len({a}) == 0 {{\n"
            f'\t\treturn 0, fmt.Errorf("no {a}")\n\t}}\n\tsum := 0\n\tfor _, value := range {a} {{\n\t\tsum += value\n\t}}\n\treturn sum, nil\n}}\n'
        )

    return f'package {r.name()}\n\nimport (\n\t"fmt"\n\t"os"\n)\n\n{r.times(function, 2, 4)}'


def rust(r: Source) -> str:
    def function() -> str:
        a = r.name()
        return (
            f"/// {r.sentence()}\npub fn {r.call()}({a}: &[u32]) -> Result<u32, String> {{\n    let mut sum = 0;\n"
            f"    for value in {a}.iter() {{\n        sum += value;\n    }}\n    match sum {{\n        0 => Err(\"no {a}\".to_string()),\n        n => Ok(n),\n    }}\n}}\n"
        )

    return f"use std::collections::HashMap;\nuse std::fs::File;\n\n#[derive(Debug, Clone)]\npub struct {r.name().capitalize()} {{\n    value: u32,\n}}\n\n{r.times(function, 2, 4)}"


def shell(r: Source) -> str:
    def step() -> str:
        a = r.name()
        return f'if [ -f "${{{a.upper()}:-}}" ]; then\n  echo "{r.sentence()}"\n  grep -v "^#" "${a.upper()}" | sort -u > /tmp/{a}.txt || exit {r.randint(1, 9)}\nfi\n'

    return f"#!/bin/bash\n# {r.sentence()}\nset -euo pipefail\n\n{r.times(step, 2, 5)}"


def html(r: Source) -> str:
    def part() -> str:
        return f'<section id="{r.name()}">\n<h2>{r.sentence()}</h2>\n<p class="{r.name()}">{r.paragraph()}</p>\n<a href="/{r.name()}.html">{r.name()}</a>\n</section>'

    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{r.sentence()}</title>\n'
        f'<link rel="stylesheet" href="style.css">\n</head>\n<body>\n{r.times(part, 2, 4)}\n</body>\n</html>\n'
    )


def css(r: Source) -> str:
    def rule() -> str:
        return (
            f".{r.name()} > #{r.name()} {{\n  color: #{r.randint(0, 0xFFFFFF):06x};\n  margin: {r.randint(0, 20)}px auto;\n"
            f"  display: flex;\n  font-family: Arial, sans-serif;\n}}\n"
        )

    return f"/* {r.sentence()} */\n{r.times(rule)}"


def xml(r: Source) -> str:
    def item() -> str:
        a = r.name()
        return f'  <{a} id="{r.randint(1, 999)}">\n    <name>{r.name()}</name>\n    <note>{r.sentence()}</note>\n  </{a}>'

    root = r.name()
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}s xmlns="http://example.com/{root}">\n{r.times(item)}\n</{root}s>\n'


def records(r: Source) -> list[dict[str, object]]:
    return [
        {"id": r.randint(1, 9999), "name": r.name(), "note": r.sentence(), "price": round(r.uniform(1, 99), 2), "active": r.random() < 0.5}
        for _ in range(r.randint(4, 9))
    ]


def json_text(r: Source) -> str:
    return json.dumps({"version": r.randint(1, 9), r.name(): records(r)}, indent=r.choice([None, 2, 4]))


def csv_text(r: Source) -> str:
    rows = records(r)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def yaml(r: Source) -> str:
    def item() -> str:
        return f"  - name: {r.name()}\n    image: example/{r.name()}:{r.randint(1, 9)}.{r.randint(0, 9)}\n    ports:\n      - {r.randint(1000, 9999)}\n    enabled: true"

    return f"# {r.sentence()}\napiVersion: v{r.randint(1, 3)}\nkind: {r.name()}\nmetadata:\n  name: {r.name()}\n  labels:\n    app: {r.name()}\nitems:\n{r.times(item)}\n"


def ini(r: Source) -> str:
    def section() -> str:
        return f"[{r.name()}]\n; {r.sentence()}\nhost = {r.name()}.example.com\nport = {r.randint(1, 9999)}\nenabled = yes\n"

    return r.times(section)


def sql(r: Source) -> str:
    a = r.name()

    def row() -> str:
        return f"INSERT INTO {a} (id, name, price) VALUES ({r.randint(1, 999)}, '{r.name()}', {r.randint(1, 99)});"

    return (
        f"-- {r.sentence()}\nCREATE TABLE {a} (\n  id INTEGER PRIMARY KEY,\n  name VARCHAR(80) NOT NULL,\n  price DECIMAL(8, 2)\n);\n\n"
        f"{r.times(row)}\n\nSELECT name, COUNT(*) FROM {a} WHERE price > {r.randint(1, 99)} GROUP BY name ORDER BY name;\n"
    )


def markdown(r: Source) -> str:
    def part() -> str:
        items = r.times(lambda: f"- **{r.name()}**: {r.sentence()}", 2, 4)
        return f"## {r.sentence()[:-1]}\n\n{r.paragraph()}\n\n{items}\n\n```sh\nnpm run {r.name()}\n```\n\nSee [{r.name()}](docs/{r.name()}.md).\n"

    return f"# {r.name().capitalize()}\n\n{r.paragraph()}\n\n{r.times(part, 2, 3)}"


def mail(r: Source) -> bytes:
    message = email.message.EmailMessage()
    message["Received"] = f"from mail.example.com by mx.example.org; Mon, {r.randint(1, 28)} Jan 2024 10:00:00 +0000"
    message["From"], message["To"], message["Subject"] = f"{r.name()}@example.com", f"{r.name()}@example.org", r.sentence()
    message["Date"] = f"Mon, {r.randint(1, 28)} Jan 2024 10:00:00 +0000"
    message.set_content(r.paragraph())
    return bytes(message)


def pem(r: Source) -> str:
    body = base64.encodebytes(r.bytes_of(r.randint(700, 1100))).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n"


def png(r: Source) -> bytes:
    side = r.randint(16, 64)
    rows = b"".join(b"\0" + bytes((x * y + r.randint(0, 3)) % 256 for x in range(3 * side)) for y in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def bmp(r: Source) -> bytes:
    side = 4 * r.randint(4, 16)
    pixels = bytes((x + r.randint(0, 9)) % 256 for x in range(3 * side * side))
    header = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + header + pixels


def wav(r: Source) -> bytes:
    file = io.BytesIO()
    step = r.uniform(0.01, 0.2)
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, r.choice([8000, 16000, 44100]), 0, "NONE", ""))
        sound.writeframes((np.sin(np.arange(3000) * step) * 20_000).astype("<i2").tobytes())
    return file.getvalue()


def pdf(r: Source) -> bytes:
    lines = "".join(f"BT /F1 12 Tf 72 {720 - 20 * at} Td ({r.sentence()}) Tj ET\n" for at in range(r.randint(4, 20)))
    stream = zlib.compress(lines.encode())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(content)
    return content + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def zipped(r: Source) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for _ in range(r.randint(2, 5)):
            archive.writestr(zipfile.ZipInfo(f"{r.name()}/{r.call()}.txt"), r.paragraph())
    return file.getvalue()


def gzipped(r: Source) -> bytes:
    return gzip.compress(r.times(r.paragraph).encode(), mtime=r.randint(1, 2**31))


def tar(r: Source) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for _ in range(r.randint(2, 4)):
            content = r.paragraph().encode()
            entry = tarfile.TarInfo(f"{r.name()}/{r.call()}.txt")
            entry.size, entry.mtime = len(content), r.randint(1, 2**31)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def sqlite(r: Source) -> bytes:
    with sqlite3.connect(":memory:") as database:
        database.execute(f"CREATE TABLE {r.name()}s (id INTEGER PRIMARY KEY, note TEXT)")
        table = database.execute("SELECT name FROM sqlite_master").fetchone()[0]
        database.executemany(f"INSERT INTO {table} (note) VALUES (?)", [(r.sentence(),) for _ in range(r.randint(5, 30))])
        database.commit()
        return database.serialize()


def npy(r: Source) -> bytes:
    file = io.BytesIO()
    np.save(file, np.frombuffer(r.bytes_of(8 * r.randint(50, 300)), "<i8"))
    return file.getvalue()


# The name in labels.txt of each type, and what generates a file of it.
TYPES: dict[str, Callable[[Source], str | bytes]] = {
    "python": python,
    "javascript": javascript,
    "c": c,
    "go": go,
    "rust": rust,
    "shell": shell,
    "html": html,
    "css": css,
    "xml": xml,
    "json": json_text,
    "csv": csv_text,
    "yaml": yaml,
    "ini": ini,
    "sql": sql,
    "markdown": markdown,
    "eml": mail,
    "pem": pem,
    "png": png,
    "bmp": bmp,
    "wav": wav,
    "pdf": pdf,
    "zip": zipped,
    "gzip": gzipped,
    "tar": tar,
    "sqlite": sqlite,
    "npy": npy,
}


def content_of(kind: str, number: int) -> bytes:
    """Generates a file. Of every other one there is only the beginning, as after an interrupted download."""
    source = Source(f"{SEED} {kind} {number}")
    made = TYPES[kind](source)
    content = made if isinstance(made, bytes) else made.encode()
    return content[: source.randint(40, 160)] if number % 2 == 1 else content


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("samples.npz"), help="file to write (default: %(default)s)")
    parser.add_argument("--files", type=Path, help="also write the generated files into this folder")
    options = parser.parse_args()
    contents = [(kind, number, content_of(kind, number)) for number in range(PER_TYPE) for kind in TYPES]
    np.savez_compressed(
        options.out,
        bytes=np.stack([features(content) for _, _, content in contents]),
        label=np.array([LABELS.index(kind) for kind, _, _ in contents], np.int64),
    )
    if options.files is not None:
        options.files.mkdir(parents=True, exist_ok=True)
        for kind, number, content in contents:
            (options.files / f"{number}.{kind}").write_bytes(content)
    print(f"{len(contents)} files of {len(TYPES)} types, {options.out.stat().st_size / 1_000:.0f} KB")


if __name__ == "__main__":
    main()
