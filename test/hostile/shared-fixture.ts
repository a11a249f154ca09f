// The attacked cluster, which the test files share.

import { startFixture, type Fixture } from './fixture.js';

let shared: Promise<Fixture> | undefined;

/** Returns the fixture, which the first call in a process starts. It stops after the last test of the process. */
export const useFixture = (): Promise<Fixture> => (shared ??= startFixture());

after(async () => {
  await (await shared)?.[Symbol.asyncDispose]();
});
