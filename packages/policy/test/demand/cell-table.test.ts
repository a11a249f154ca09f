import assert from 'node:assert/strict';
import { fallbackObjective, milliseconds, variantId } from '@pareto/core';
import { createCellTable, type CellTable } from '../../src/demand/cell-table.js';

const variant = variantId('a:original');

/** Returns the cells of a class and of a variant, which count as used. */
function useCells(table: CellTable, target: string, name = 'class'): readonly number[] {
  const ofClass = table.classOf(table.targetOf('default', target), name, fallbackObjective);
  return [ofClass.cell, table.variantCell(ofClass, variant)];
}

describe('the cell table', () => {
  it('has one cell for each class and each of its variants', () => {
    const table = createCellTable(1_000);
    const all = [useCells(table, 't'), useCells(table, 'u'), useCells(table, 't', 'other')].flat();
    assert.deepEqual(all, [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(useCells(table, 't'), [0, 1]);
    assert.equal(table.size, 6);
  });

  it('uses the cells again that were not used for a while', () => {
    const table = createCellTable(1_000);
    for (let i = 0; i < 100; i += 1) {
      table.advance(milliseconds(i * 500));
      assert.deepEqual(useCells(table, 'always'), [0, 1]);
      useCells(table, `target-${i}`);
    }
    assert.ok(table.size <= 2 + 2 * 4, `${table.size} cells`);
  });
});
