// What the processes of a role did per request: CPU time, memory, asynchronous resources, copies and system calls.

interface Collection {
  readonly tookUs: number;
  readonly heapBytesBefore: number;
  readonly heapBytesAfter: number;
}

/** Resources that a process used between two moments. Reads and writes are undefined if the system does not count them. */
export interface Usage {
  readonly cpuUs: number;
  readonly switches: number;
  readonly reads?: number;
  readonly readBytes?: number;
  readonly writes?: number;
  readonly writtenBytes?: number;
  readonly heapBytesBefore: number;
  readonly heapBytesAfter: number;
  /** Garbage collections in between, in order. */
  readonly collections: readonly Collection[];
}

/** Asynchronous resources that a process created, and bytes that its JavaScript allocated in Buffers and copied. */
export interface Counts {
  readonly buffers: number;
  readonly bufferBytes: number;
  readonly copies: number;
  readonly copiedBytes: number;
  /** Asynchronous resources by the type that Node gives them. */
  readonly resources: Readonly<Record<string, number>>;
}

/** Number of calls of each system call. */
export type SystemCalls = Readonly<Record<string, number>>;

/** A value per request, or a share in percent. */
export interface Count {
  readonly name: string;
  readonly value: number;
  readonly unit: 'B' | 'µs' | '' | '%';
}

/** Returns the bytes that were allocated on the heap: those that each collection found, and those left at the end. */
export function heapAllocated({ heapBytesBefore, heapBytesAfter, collections }: Usage): number {
  let [bytes, used] = [0, heapBytesBefore];
  for (const collection of collections) {
    bytes += Math.max(0, collection.heapBytesBefore - used);
    used = collection.heapBytesAfter;
  }
  return bytes + Math.max(0, heapBytesAfter - used);
}

/** Returns the sums over the processes of a role. */
export function usageCounts(usages: readonly Usage[], requests: number): readonly Count[] {
  const per = createPerRequest(usages, requests);
  return [
    per('CPU time', 'µs', ({ cpuUs }) => cpuUs),
    per('data allocated on the heap', 'B', heapAllocated),
    per('garbage collections', '', ({ collections }) => collections.length),
    per('time of garbage collections', 'µs', ({ collections }) => sumOf(collections, ({ tookUs }) => tookUs)),
    per('context switches while waiting', '', ({ switches }) => switches),
    per('reads', '', ({ reads = NaN }) => reads),
    per('data read', 'B', ({ readBytes = NaN }) => readBytes),
    per('writes', '', ({ writes = NaN }) => writes),
    per('data written', 'B', ({ writtenBytes = NaN }) => writtenBytes),
  ];
}

/** Types of asynchronous resources with a row of their own. */
const resourceNames: readonly (readonly [name: string, type: string])[] = [
  ['promises', 'PROMISE'],
  ['ticks', 'TickObject'],
  ['timers', 'Timeout'],
  ['immediates', 'Immediate'],
  ['HTTP/2 streams', 'HTTP2STREAM'],
  ['writes to sockets', 'WRITEWRAP'],
];

/** Returns the sums over the processes of a role. */
export function javascriptCounts(counts: readonly Counts[], requests: number): readonly Count[] {
  const per = createPerRequest(counts, requests);
  const named = new Set(resourceNames.map(([, type]) => type));
  const others = ({ resources }: Counts): number =>
    sumOf(Object.entries(resources), ([type, count]) => (named.has(type) ? 0 : count));
  return [
    ...resourceNames.map(([name, type]) => per(name, '', ({ resources }) => resources[type] ?? 0)),
    per('other asynchronous resources', '', others),
    per('new Buffers', '', ({ buffers }) => buffers),
    per('data in new Buffers', 'B', ({ bufferBytes }) => bufferBytes),
    per('copies', '', ({ copies }) => copies),
    per('data copied', 'B', ({ copiedBytes }) => copiedBytes),
  ];
}

/** System calls below this number per request have no row of their own. */
const minCalls = 0.05;

/** Returns the sum of all system calls, and the number of each frequent one, the most frequent first. */
export function systemCallCounts(calls: SystemCalls, requests: number): readonly Count[] {
  const per = createPerRequest([calls], requests);
  const rows = Object.entries(calls).map(([name, count]) => per(`system calls: ${name}`, '', () => count));
  return [
    per('system calls', '', () => sumOf(Object.values(calls), (count) => count)),
    ...rows.filter((count) => count.value >= minCalls).toSorted((a, b) => b.value - a.value),
  ];
}

/** Returns the shares of the CPU time by place, from a map in percent. */
export const placeCounts = (places: Readonly<Record<string, number>>): readonly Count[] =>
  Object.entries(places).map(([place, value]) => ({ name: `CPU time in ${place}`, value, unit: '%' }));

const createPerRequest =
  <T>(processes: readonly T[], requests: number) =>
  (name: string, unit: Count['unit'], value: (process: T) => number): Count => ({
    ...{ name, unit, value: sumOf(processes, value) / requests },
  });

const sumOf = <T>(values: readonly T[], value: (item: T) => number): number =>
  values.reduce((sum, item) => sum + value(item), 0);
