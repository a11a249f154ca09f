// The overview of one controller.

import type { wire } from '@pareto/protocol';
import { createChannel, createClient } from '@pareto/rpc';

/** Returns the overview, also of a controller that does not lead. Throws if the controller does not respond within 2 s. */
export async function overviewOf({ address }: { readonly address: string }): Promise<wire.OverviewResponse> {
  const channel = createChannel(address);
  try {
    return await createClient(channel, 'pareto.v1.Fleet').overview({ acceptFollower: true }, { timeoutMs: 2_000 });
  } finally {
    channel.close();
  }
}
