// Columns of an accuracy and of its interval, which a narrow table drops.

import { formatInterval, formatValue } from '@pareto/core';
import type { Column } from '@pareto/report';
import type { wire } from '@pareto/protocol';

export const accuracyColumns = <Row>(
  accuracyOf: (row: Row) => wire.Accuracy | null | undefined,
  drop: number,
): readonly [value: Column<Row>, interval: Column<Row>] => [
  {
    title: 'ACCURACY',
    cell: (row) => {
      const accuracy = accuracyOf(row);
      return accuracy === null || accuracy === undefined ? 'unmeasured' : formatValue(accuracy, accuracy.value);
    },
  },
  {
    title: '(95 %)',
    ...{ drop, optional: true },
    cell: (row) => {
      const accuracy = accuracyOf(row);
      return accuracy === null || accuracy === undefined ? '' : formatInterval(accuracy);
    },
  },
];
