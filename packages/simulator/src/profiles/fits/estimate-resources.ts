// Predicts the memory and the load time of a model from its size.

interface Size {
  readonly weightsMib: number;
  /** Activations of an item, in millions of values. */
  readonly macts: number;
}

/**
 * Returns `52 MiB + 1.48 * weights + 0.65 MiB * macts * batch`: the peak memory of a process that loaded the model and ran
 * batches of up to this size, without the memory of the empty process.
 *
 * Source: least squares of relative errors over the classifiers of `cpuPoints` in batches of 1 to 16. Mean relative error 19 %
 * for batches of 1 to 8, maximum 63 %: the part of the activations that is in memory at the same time depends on the
 * architecture. The formula is used for GPUs too, where it was not measured.
 */
export const memoryMib = ({ weightsMib, macts }: Size, batch: number): number =>
  52 + 1.48 * weightsMib + 0.65 * macts * batch;

/**
 * Returns `53 ms + 2.6 ms * MiB of weights`: the time to create a session from a file in the page cache, optimisation of
 * the graph included. Source: least squares of relative errors of the CPU time, over the classifiers of `cpuPoints`. Mean
 * relative error 22 %, maximum 72 %: XCiT, whose graph has many nodes for its size. The formula is used for GPUs too, where
 * it was not measured.
 */
export const loadMs = (weightsMib: number): number => 53 + 2.6 * weightsMib;
