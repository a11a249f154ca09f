// A flame graph: the calls of all processes of a role, merged by function.

import { groupBy } from '@pareto/core';
import { agentUrl } from './agents.js';
import type { Call, CallFrame } from './call-tree.js';
import { frameKinds, type Frame, type FrameKind } from './frames.js';

/** A function below its callers, with its value per request: itself, and with the functions that it called. */
export interface Flame {
  readonly frame: Frame;
  readonly self: number;
  readonly total: number;
  /** The largest is first. */
  readonly children: readonly Flame[];
}

export interface FlameOptions {
  readonly name: string;
  readonly requests: number;
  readonly describe: (callFrame: CallFrame) => Frame;
}

/** Merges the calls of several processes, without those of the agents. */
export function createFlame(roots: readonly Call[], { name, requests, describe }: FlameOptions): Flame {
  const frames = new Map<string, Frame>();
  /** Returns the same object for the same function. */
  const frameOf = ({ callFrame }: Call): Frame => {
    const frame = describe(callFrame);
    const known = frames.get(keyOf(frame)) ?? frame;
    frames.set(keyOf(frame), known);
    return known;
  };
  const merge = (frame: Frame, calls: readonly Call[]): Flame => {
    const inner = calls.flatMap(({ children }) => children).filter((call) => !isAgent(call));
    const children = Array.from(groupBy(inner, frameOf), ([each, own]) => merge(each, own));
    const self = sum(calls.map((call) => call.self)) / requests;
    return {
      ...{ frame, self, total: self + sum(children.map(({ total }) => total)) },
      children: children.filter(({ total }) => total > 0).toSorted((a, b) => b.total - a.total),
    };
  };
  return merge({ name, at: '', kind: 'native' }, roots);
}

const isAgent = ({ callFrame }: Call): boolean => callFrame.url.startsWith(agentUrl);
const keyOf = ({ name, at }: Frame): string => `${name} ${at}`;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Drops frames below a share of the whole. Their values remain part of their callers. */
export function pruneFlame(flame: Flame, minShare: number): Flame {
  const min = minShare * flame.total;
  const prune = ({ children, self, ...rest }: Flame): Flame => {
    const kept = children.filter(({ total }) => total >= min).map(prune);
    const dropped = sum(children.map(({ total }) => total)) - sum(kept.map(({ total }) => total));
    return { ...rest, self: self + dropped, children: kept };
  };
  return prune(flame);
}

/** Value of a function wherever it was called, per request. */
export interface FunctionValue extends Frame {
  readonly self: number;
  readonly total: number;
}

/** Returns all functions by their own value, the largest first. The total of a recursive function is counted once. */
export function listFunctions(flame: Flame): readonly FunctionValue[] {
  const found = new Map<string, { readonly frame: Frame; self: number; total: number }>();
  const visit = ({ frame, self, total, children }: Flame, callers: ReadonlySet<string>): void => {
    const key = keyOf(frame);
    const entry = found.get(key) ?? { frame, self: 0, total: 0 };
    found.set(key, entry);
    entry.self += self;
    if (!callers.has(key)) entry.total += total;
    const inside = new Set([...callers, key]);
    for (const child of children) visit(child, inside);
  };
  for (const child of flame.children) visit(child, new Set());
  return Array.from(found.values(), ({ frame, self, total }) => ({ ...frame, self, total })).toSorted(
    (a, b) => b.self - a.self,
  );
}

/** Returns the values of all functions of each kind, without those of functions that they call. */
export function sumByKind(flame: Flame): Readonly<Record<FrameKind, number>> {
  const functions = listFunctions(flame);
  const entries = frameKinds.map((kind) => [
    kind,
    sum(functions.flatMap((each) => (each.kind === kind ? [each.self] : []))),
  ]);
  return Object.fromEntries(entries) as Record<FrameKind, number>;
}
