// The slots that steps hold, such as runs that warm up or measure a model.

export interface StepSlots<W> {
  hold(step: W, now: number): void;
  release(step: W, now: number): void;
  /**
   * Returns the predicted time until the first of the steps gives its slot back: when it has held it for as long as the last one did. One
   * that takes longer is expected to take as much longer again. Infinity if no step holds a slot.
   */
  leftMs(now: number): number;
}

export function createStepSlots<W>(): StepSlots<W> {
  /** Steps that hold a slot, with the time since which they do. */
  const held = new Map<W, number>();
  /** Time for which the last step held its slot. */
  let lastMs = 0;
  return {
    hold: (step, now) => void held.set(step, now),
    release(step, now) {
      lastMs = now - (held.get(step) ?? now);
      held.delete(step);
    },
    leftMs(now) {
      let soonest = Infinity;
      for (const since of held.values()) soonest = Math.min(soonest, Math.abs(since + lastMs - now));
      return soonest;
    },
  };
}
