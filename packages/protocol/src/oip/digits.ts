// Decimal numbers in texts.

/** Returns the number whose digits are from `from` to before `to`. Undefined if there are none, or other characters. */
export function parseDigits(text: string, from: number, to: number): number | undefined {
  if (from >= to) return undefined;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
