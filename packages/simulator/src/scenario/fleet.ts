// The fleet of a scenario: hardware classes with their prices, and workers.

export interface SimulatedClass {
  readonly name: string;
  readonly usdPerSlotHour: number;
}

/** Workers that are alike. */
export interface SimulatedWorkers {
  /** Name of the class of their slots. */
  readonly hardwareClass: string;
  readonly count: number;
  /** Slots of each worker. */
  readonly slots: number;
  /** Memory of each worker for its replicas. */
  readonly memoryMib: number;
}

export interface SimulatedFleet {
  readonly classes: readonly SimulatedClass[];
  /** The workers have the ids `w0`, `w1` and so on, in this order. */
  readonly workers: readonly SimulatedWorkers[];
}
