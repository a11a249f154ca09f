// When a variant is served no more because of what its queries did.

/** Queries that each ended two executors. */
const poisonsToQuarantine = 2;

/** One such query may be an accident; two are the variant's fault, and must not end every executor there is. */
export const isQuarantined = (poisonousQueries: number): boolean => poisonousQueries >= poisonsToQuarantine;
