// Ten handwritten digits, 0 to 9, as the task `digits` takes them.

import { readFileSync } from 'node:fs';

const file = new URL('../digits/ten-digits.json', import.meta.url);
const { pixels } = JSON.parse(readFileSync(file, 'utf8')) as { readonly pixels: readonly (readonly number[])[] };

/** Pixels of some digits, one after the other: [digits.length, 1, 28, 28] in 0..1. */
export const imagesOf = (digits: readonly number[]): readonly number[] =>
  digits.flatMap((digit) => (pixels[digit] ?? []).map((pixel) => pixel / 255));

/** The class with the largest score in each row of ten, as text: `7`, or `0,1,2`. */
export const classesOf = (scores: ArrayLike<number>): string =>
  Array.from({ length: scores.length / 10 }, (_, row) => {
    const own = Array.from({ length: 10 }, (_score, digit) => scores[row * 10 + digit] ?? 0);
    return own.indexOf(Math.max(...own));
  }).join();
