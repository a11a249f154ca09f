// Pieces of SVG and HTML from texts that may hold anything.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeXml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char] ?? char);

/** A number as attributes take it. */
export const coordinate = (value: number): string => String(Math.round(value * 10) / 10);

/** An element; numbers are rounded to a tenth, texts escaped, `content` taken as it is. */
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
