// HTML that is put together from text: every inserted value is escaped.

export interface Markup {
  readonly html: string;
}

type Part = string | number | Markup | readonly Markup[];

/** Returns the template with its values, of which only markup is not escaped. */
export const markup = (template: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  trusted(template.map((text, index) => text + toHtml(parts[index] ?? '')).join(''));

/** Returns text as it is. It must come from this program. */
export const trusted = (text: string): Markup => ({ html: text });

/** Returns a value as JSON for a script element, which nothing in it can end. */
export const json = (value: unknown): Markup => trusted(JSON.stringify(value).replaceAll('<', '\\u003c'));

function toHtml(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') {
    return String(part).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  }
  return 'html' in part ? part.html : part.map((each) => each.html).join('');
}
