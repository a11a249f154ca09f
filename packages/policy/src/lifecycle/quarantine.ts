// The rule that quarantines a variant whose queries kill executors.

/** Number of queries, each of which killed two executors, that quarantine a variant. */
const poisonsToQuarantine = 2;

/** Returns whether a variant is quarantined. One such query may be an accident; two are the variant's fault. */
export const isQuarantined = (poisonousQueries: number): boolean => poisonousQueries >= poisonsToQuarantine;
