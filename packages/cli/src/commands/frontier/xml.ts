// Builds SVG and HTML elements with escaped text.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeXml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char] ?? char);

/** Rounds a number to a tenth, for attributes. */
export const coordinate = (value: number): string => String(Math.round(value * 10) / 10);

/** Returns an element. Rounds numbers to a tenth and escapes attribute texts; `content` must be escaped already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: string = '',
): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? coordinate(value) : escapeXml(value)}"`,
  );
  return content === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${content}</${name}>`;
}
