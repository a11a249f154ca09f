// Needs of models that are not measured yet, so that they answer while they are being measured.

import type { VariantId } from '@pareto/core';
import type { PlanningContext } from '../../context/context.js';
import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/** States one replica of each required variant that is not measured, where memory is free after the steps. */
export const unmeasuredModels: NeedSource = {
  name: 'unmeasured',
  priority: 55,
  needs: (context) =>
    context.required
      .filter(({ id }) => !isMeasured(context, id))
      .map(({ id }) =>
        createNeed(id, context.options.served.get(id) ?? [], {
          reason: 'answers until it is measured',
          evicts: false,
          returns: 'free',
        }),
      ),
};

/** Returns whether a variant is measured on a class. A provisional profile does not count. */
export const isMeasured = ({ options }: Pick<PlanningContext, 'options'>, id: VariantId): boolean =>
  (options.served.get(id) ?? []).some(({ profile }) => profile !== undefined && profile.provisional !== true);
