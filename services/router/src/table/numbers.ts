// Small numbers for things that come and go: those that were given back are given out again, the last one first.

export interface Numbers {
  take(): number;
  giveBack(number: number): void;
}

export function createNumbers(): Numbers {
  const free: number[] = [];
  let next = 0;
  return {
    take: () => free.pop() ?? next++,
    giveBack: (number) => void free.push(number),
  };
}
