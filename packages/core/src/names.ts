// Names of tasks, architectures and variants: their grammar and their parser.

import { ParetoError } from './errors.js';
import { variantId, type VariantId } from './units.js';

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const recipePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(@[a-z0-9]+(\+[A-Za-z0-9._-]+)?)?$/;

/** Recipe of the trained model itself, unchanged. */
export const originalRecipe = 'original';

/** Throws `invalid-argument` unless `name` is a valid name for `what` (a task, an architecture). */
export function checkName(what: string, name: string): string {
  if (namePattern.test(name)) return name;
  throw new ParetoError(
    'invalid-argument',
    `${what} name ${JSON.stringify(name.slice(0, 140))} is not valid: expected a letter or digit, then up to 127 letters, digits, '.', '_' or '-'`,
  );
}

/** Returns the name of the task that an architecture has if it is registered without one. */
export const ownTaskOf = (architecture: string): string => `${architecture}.task`;

export type Target =
  | { readonly kind: 'name'; readonly name: string } // a task or an architecture, which share one namespace
  | { readonly kind: 'variant'; readonly architecture: string; readonly variant: VariantId };

/** Parses a target by its form, without checking that it exists. Throws `invalid-argument` if it is malformed. */
export function parseTarget(text: string): Target {
  const colon = text.indexOf(':');
  if (colon < 0) return { kind: 'name', name: checkName('target', text) };
  const architecture = checkName('architecture', text.slice(0, colon));
  if (!recipePattern.test(text.slice(colon + 1))) {
    throw new ParetoError(
      'invalid-argument',
      `variant name ${JSON.stringify(text.slice(0, 200))} is not valid: expected architecture:recipe[@provider[+option]], e.g. cnn-large:original`,
    );
  }
  return { kind: 'variant', architecture, variant: variantId(text) };
}

/** Returns the name of a variant. The provider `cpu` is omitted unless an option follows. */
export function formatVariant(architecture: string, recipe: string, provider: string, option?: string): VariantId {
  const device = option === undefined ? provider : `${provider}+${option}`;
  return variantId(`${architecture}:${recipe}${device === 'cpu' ? '' : `@${device}`}`);
}

/** Returns the architecture part of a variant's name. Returns other names unchanged. */
export function architectureNameOf(target: string): string {
  const colon = target.indexOf(':');
  return colon < 0 ? target : target.slice(0, colon);
}
