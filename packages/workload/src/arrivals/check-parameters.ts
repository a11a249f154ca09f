// Checks of parameters, without which a planner would not end.

import { ParetoError } from '@pareto/core';

/** Throws `invalid-argument` unless the value is finite and above 0. */
export function checkPositive(name: string, value: number): void {
  checkRange(name, value, value > 0, 'a finite number above 0');
}

/** Throws `invalid-argument` unless the value is finite and at least 0. */
export function checkNotNegative(name: string, value: number): void {
  checkRange(name, value, value >= 0, 'a finite number of at least 0');
}

/** Throws `invalid-argument` unless the value is between 0 and 1. */
export function checkFraction(name: string, value: number): void {
  checkRange(name, value, value >= 0 && value <= 1, 'a number from 0 to 1');
}

function checkRange(name: string, value: number, isValid: boolean, expected: string): void {
  if (isValid && Number.isFinite(value)) return;
  throw new ParetoError('invalid-argument', `${name} is ${value}: expected ${expected}`);
}
