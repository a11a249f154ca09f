import assert from 'node:assert/strict';
import { openModelSession, type ModelSession, type TensorBytes } from '@pareto/testkit';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import { analyseRows } from '../../src/rows/analyse-rows.js';
import { batchGraph, itemShape } from '../support/batch-graph.js';
import { floatInput, numbersOf } from '../support/run-model.js';

const width = itemShape.reduce((product, dim) => product * dim, 1);
/** Neighbours of the first item: usual ones, outliers and values that are not numbers. */
const neighbours = [0.5, 1e3, Number.NaN, Number.POSITIVE_INFINITY];

/** Returns the answers of the items of a batch. */
async function run(session: ModelSession, items: readonly (readonly number[])[]): Promise<TensorBytes | undefined> {
  const [y] = await session.run([floatInput('x', [items.length, ...itemShape], items.flat())]);
  return y;
}

const item = (of: number): readonly number[] => Array.from({ length: width }, (_, at) => Math.sin(of * 31 + at * 7));

const batches = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16].flatMap((count) => neighbours.map((factor) => ({ count, factor })));

/** Asserts that the last item of each batch gets the answer that it gets alone. Returns false if the graph is invalid. */
async function isSound(seed: number, content: Uint8Array): Promise<boolean> {
  await using session = await openModelSession(content).catch(() => undefined);
  const alone = session && (await run(session, [item(1)]).catch(() => undefined));
  if (session === undefined || alone === undefined) return false;
  const expected = numbersOf(alone);
  for (const { count, factor } of batches) {
    const others = Array.from({ length: count - 1 }, (_, at) => item(at + 2).map((value) => value * factor));
    const whole: TensorBytes | undefined = await run(session, [...others, item(1)]).catch(() => undefined);
    const what = `seed ${seed}, ${count} items, neighbours times ${factor}`;
    // Parts of a graph whose results are not used may fail.
    if (whole === undefined) continue;
    assert.deepEqual(whole.shape, [count, ...alone.shape.slice(1)], what);
    const actual = numbersOf(whole).slice(-expected.length);
    assert.ok(
      actual.length === expected.length && actual.every((value, at) => isClose(value, expected[at] ?? 0)),
      what,
    );
  }
  return true;
}

const isClose = (a: number, b: number): boolean =>
  Object.is(a, b) || Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b));

describe('analyseRows', function () {
  this.timeout(60_000);

  const graphs = 400;
  for (const [what, sizes] of [
    ['with constant shapes', false],
    ['with shapes that are computed from the number of items', true],
  ] as const)
    it(`calls rows apart only if each is answered as it is alone, ${what}`, async () => {
      const seen = { apart: 0, mixes: 0, unknown: 0 };
      for (let seed = 0; seed < graphs; seed++) {
        const model = batchGraph(seed, 1 + (seed % 6), seed % 5 === 0, sizes);
        const { kind } = analyseRows(model);
        if (kind !== 'apart' || (await isSound(seed, encodeOnnx(model)))) seen[kind]++;
      }
      assert.ok(Math.min(seen.apart, seen.mixes) >= graphs / (sizes ? 20 : 10), JSON.stringify(seen));
    });
});
