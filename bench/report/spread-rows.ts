// Rows of a value that was measured several times.

import type { Row } from '@pareto/testkit';

/** Returns the mean, which has to reach the row's target if there is one, and the range. */
export function spreadRows(row: Omit<Row, 'value'>, values: readonly number[]): readonly Row[] {
  const { name, unit } = row;
  return [
    { ...row, value: values.reduce((sum, value) => sum + value, 0) / values.length },
    { name: `${name}, least`, value: Math.min(...values), unit },
    { name: `${name}, most`, value: Math.max(...values), unit },
  ];
}
