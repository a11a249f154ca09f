// Small numbers for things that come and go: those that were given back are given out again, the last one first.

export interface IndexAllocator {
  allocate(): number;
  release(index: number): void;
}

export function createIndexAllocator(): IndexAllocator {
  const free: number[] = [];
  let next = 0;
  return {
    allocate: () => free.pop() ?? next++,
    release: (index) => void free.push(index),
  };
}
