// Ten handwritten digits, 0 to 9, as inputs of the task `digits`.

import { readFileSync } from 'node:fs';

const file = new URL('../digits/ten-digits.json', import.meta.url);
const { pixels } = JSON.parse(readFileSync(file, 'utf8')) as { readonly pixels: readonly (readonly number[])[] };

/** Returns the pixels of the digits in 0..1, with the shape [digits.length, 1, 28, 28]. */
export const imagesOf = (digits: readonly number[]): readonly number[] =>
  digits.flatMap((digit) => (pixels[digit] ?? []).map((pixel) => pixel / 255));

/** Returns the class with the largest score in each row of ten, as text, e.g. `7` or `0,1,2`. */
export const classesOf = (scores: ArrayLike<number>): string =>
  Array.from({ length: scores.length / 10 }, (_, row) => {
    const own = Array.from({ length: 10 }, (_score, digit) => scores[row * 10 + digit] ?? 0);
    return own.indexOf(Math.max(...own));
  }).join();
