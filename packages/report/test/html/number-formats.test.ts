import assert from 'node:assert/strict';
import { formatMs, formatPercent, formatRate, formatTime } from '../../src/html/number-formats.js';

describe('numbers of pages', () => {
  const cases: readonly (readonly [format: (value: number) => string, value: number, expected: string])[] = [
    [formatPercent, 0, '0 %'],
    [formatPercent, 0.000004, '<0.001 %'],
    [formatPercent, 0.00042, '0.04 %'],
    [formatPercent, 0.9767, '97.7 %'],
    [formatPercent, 0.9996, '99.96 %'],
    [formatPercent, 0.999999, '>99.999 %'],
    [formatPercent, 1, '100 %'],
    [formatMs, 0, '0 ms'],
    [formatMs, 0.0042, '4.2 µs'],
    [formatMs, 8.2123, '8.21 ms'],
    [formatMs, 213.4, '213 ms'],
    [formatMs, 999.7, '1 s'],
    [formatMs, 2130, '2.13 s'],
    [formatRate, 4321.4, '4,321/s'],
    [formatTime, 5, '0:05'],
    [formatTime, 65.5, '1:05.5'],
    [formatTime, 3_600, '1:00:00'],
    [formatTime, 59.96, '1:00'],
  ];
  for (const [format, value, expected] of cases)
    it(`shows ${value} as ${expected}`, () => assert.equal(format(value).replaceAll('\u00a0', ' '), expected));
});
