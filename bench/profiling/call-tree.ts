// The stacks that V8 sampled, as a tree of calls: of CPU time, and of allocations.

/** A function in a stack. Lines and columns start at 0. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** A function with its callers above it. */
export interface Call {
  readonly callFrame: CallFrame;
  /** Value of the samples in which the function was running, without those of functions that it called. */
  readonly self: number;
  readonly children: readonly Call[];
}

/** Profile of a main thread. */
export interface CpuProfile {
  /** CPU time of the thread. */
  readonly cpuUs: number;
  /** Result of `Profiler.stop` of the Chrome DevTools Protocol, as far as it is used. */
  readonly profile: {
    /** The root is first. */
    readonly nodes: readonly {
      readonly id: number;
      readonly callFrame: CallFrame;
      /** Number of samples in which the function was running. */
      readonly hitCount: number;
      readonly children?: readonly number[];
    }[];
  };
}

/** Result of `HeapProfiler.stopSampling` of the Chrome DevTools Protocol, as far as it is used. */
export interface AllocationProfile {
  readonly head: AllocationNode;
}

interface AllocationNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly AllocationNode[];
}

/**
 * Returns the calls, without idle time, with the CPU time of each. V8 samples by the clock, but takes at most one
 * sample while the thread waits for a core, so that the shares of the samples are those of its CPU time.
 */
export function cpuCalls({ cpuUs, profile: { nodes } }: CpuProfile): Call {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const hits = nodes.reduce((sum, { callFrame, hitCount }) => sum + (isIdle(callFrame) ? 0 : hitCount), 0);
  const callOf = (id: number): Call => {
    const node = byId.get(id);
    if (node === undefined) throw new Error(`the profile has no node ${id}`);
    const self = isIdle(node.callFrame) || hits === 0 ? 0 : (cpuUs * node.hitCount) / hits;
    return { callFrame: node.callFrame, self, children: (node.children ?? []).map(callOf) };
  };
  return callOf(nodes[0]?.id ?? NaN);
}

const isIdle = ({ url, functionName }: CallFrame): boolean => url === '' && functionName === '(idle)';

/** Returns the calls, with the bytes that each allocated. */
export const allocationCalls = ({ head }: AllocationProfile): Call => callOfAllocations(head);

const callOfAllocations = ({ callFrame, selfSize, children }: AllocationNode): Call => ({
  ...{ callFrame, self: selfSize, children: children.map(callOfAllocations) },
});
