// Counts the operators of a model, and checks that ONNX Runtime has their domains.

import type { OnnxModel, OnnxNode } from '../onnx/onnx.js';
import { graphsIn, nodesIn } from '../onnx/onnx-graph.js';

export interface OperatorCount {
  /** `Conv` for ONNX's own operators, `com.microsoft:FusedConv` for those of another domain. */
  readonly name: string;
  readonly count: number;
}

/** Domains whose operators ONNX Runtime includes. */
const knownDomains: ReadonlySet<string> = new Set([
  ...[
    '',
    'ai.onnx',
    'ai.onnx.ml',
    'com.microsoft',
    'com.microsoft.nchwc',
    'com.microsoft.experimental',
    'com.ms.internal.nhwc',
  ],
]);

/** Throws the error that `createError` returns if the model has operators that ONNX Runtime does not include. */
export function checkOperators(model: OnnxModel, createError: (why: string) => Error): void {
  const own = new Set(model.functions.map(({ domain, name }) => `${domain}:${name}`));
  const foreign = new Map<string, Set<string>>();
  for (const { domain, opType } of nodesOf(model)) {
    if (knownDomains.has(domain) || own.has(`${domain}:${opType}`)) continue;
    foreign.set(domain, (foreign.get(domain) ?? new Set()).add(opType));
  }
  for (const [domain, types] of foreign) {
    throw createError(
      `it has operators of the domain ${domain} (${[...types].slice(0, 5).join(', ')}), which ONNX Runtime does not include: export the model without them`,
    );
  }
}

/** Counts the operators, the most frequent first. */
export function operatorsOf(model: OnnxModel): readonly OperatorCount[] {
  const counts = new Map<string, number>();
  for (const { domain, opType } of nodesOf(model)) {
    const name = ['', 'ai.onnx'].includes(domain) ? opType : `${domain}:${opType}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

function* nodesOf(model: OnnxModel): Iterable<OnnxNode> {
  yield* nodesIn(model.graph.node);
  for (const { node, attributeProto } of model.functions) {
    yield* nodesIn(node);
    for (const graph of graphsIn({ attribute: attributeProto })) yield* nodesIn(graph.node);
  }
}
