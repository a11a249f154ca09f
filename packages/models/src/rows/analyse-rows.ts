// Proves, if it can, that each item of a batch is computed from this item alone.

import { cutText } from '@pareto/core';
import { inputsOf, opsetOf } from '../onnx/onnx-graph.js';
import type { OnnxModel, OnnxValue } from '../onnx/onnx.js';
import { createUnknowns, fixed, isNumber, items, one, type Unknowns } from './state/length.js';
import { isLost, unknown, type Lost, type RowState } from './state/row-state.js';
import { createScope, functionsOf, stateIn, walkGraph } from './walk-graph.js';

/**
 * Whether the items of a batch are computed apart: proved, disproved, or neither. `reason` is a human-readable clause.
 */
export type RowAnalysis =
  | { readonly kind: 'apart' }
  | { readonly kind: 'mixes'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** First operator set whose operators broadcast as the rules assume. */
const minOpset = 7;
/** Parts of nodes that are visited, with those of branches and functions at each use. Larger graphs are unknown. */
const maxParts = 2_000_000;

/**
 * Analyses a graph whose first dimension is the batch in every input and output. `apart` is a proof: each item of every
 * output depends on the same item of the inputs only, whatever they contain. `mixes` means that an operator combines
 * items and that an output depends on its result. Never throws.
 */
export function analyseRows(model: OnnxModel): RowAnalysis {
  try {
    return analyse(model);
  } catch {
    return { kind: 'unknown', reason: 'the graph has a form that is not analysed' };
  }
}

function analyse(model: OnnxModel): RowAnalysis {
  const opset = opsetOf(model);
  if (opset < minOpset) return { kind: 'unknown', reason: `opset ${opset} is not analysed` };
  const unknowns = createUnknowns();
  const scope = createScope();
  for (const value of inputsOf(model.graph)) scope.states.set(value.name, inputState(value, unknowns));
  walkGraph({ opset, functions: functionsOf(model), unknowns, budget: maxParts }, model.graph, scope);
  const problems = model.graph.output.flatMap(({ name }) => problemOf(name, stateIn(scope, name)) ?? []);
  const [problem] = [...problems.filter(({ kind }) => kind === 'mixed'), ...problems];
  if (problem === undefined) return { kind: 'apart' };
  return { kind: problem.kind === 'mixed' ? 'mixes' : 'unknown', reason: problem.reason };
}

function inputState({ name, type }: OnnxValue, unknowns: Unknowns): RowState {
  const dims = type?.tensorType?.shape?.dim;
  if (dims === undefined || dims.length === 0)
    return unknown(`input ${JSON.stringify(cutText(name))} has no dimension for the batch`);
  const lengths = dims.map(({ dimValue = 0 }, axis) => {
    if (axis === 0) return items;
    return dimValue > 0 ? fixed(dimValue) : unknowns.length();
  });
  return { kind: 'rows', dims: lengths, at: { axis: 0, outer: one, inner: one } };
}

/** Returns why an output does not have one item per item of the inputs. Undefined if it does. */
function problemOf(name: string, state: RowState): Lost | undefined {
  if (isLost(state)) return state;
  const { axis, outer, inner } = state.kind === 'rows' ? state.at : { axis: -1, outer: one, inner: one };
  if (axis === 0 && isNumber(outer, 1) && isNumber(inner, 1)) return undefined;
  return unknown(`output ${JSON.stringify(cutText(name))} does not have the batch as its first dimension`);
}
