// Allocates small integers as array indices. Reuses released indices, the last released first.

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
