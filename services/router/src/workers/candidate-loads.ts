// Backlog and queue length of every candidate, in arrays that decisions read by `Candidate.index`.

export interface CandidateLoads {
  /** Returns Infinity for an index that no candidate has. */
  backlogMs(index: number): number;
  queuedItems(index: number): number;
  /** Makes room for the indices below `count`. */
  reserve(count: number): void;
  set(index: number, backlogMs: number, queuedItems: number): void;
}

export function createCandidateLoads(): CandidateLoads {
  let backlogs = new Float64Array(0);
  let queues = new Float64Array(0);
  return {
    backlogMs: (index) => backlogs[index] ?? Infinity,
    queuedItems: (index) => queues[index] ?? 0,
    reserve(count) {
      [backlogs, queues] = [grown(backlogs, count), grown(queues, count)];
    },
    set(index, backlogMs, queuedItems) {
      backlogs[index] = backlogMs;
      queues[index] = queuedItems;
    },
  };
}

function grown(numbers: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  if (numbers.length >= length) return numbers;
  const more = new Float64Array(length);
  more.set(numbers);
  return more;
}
