// The outline and the style of the pages of a profile.

const style = `
  :root { color-scheme: light dark; --ground: #ffffff; --ink: #1f2328; --faint: #6e7781; --line: #d8dee4; --link: #0b62c4; }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #0d1117; --ink: #e6edf3; --faint: #8d96a0; --line: #30363d; --link: #6cb0ff; }
  }
  body { margin: 24px auto; max-width: 1100px; padding: 0 16px; background: var(--ground); color: var(--ink);
    font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', sans-serif; }
  h1 { font-size: 22px; margin: 8px 0; }
  h2 { font-size: 17px; margin: 36px 0 4px; }
  summary { cursor: pointer; margin: 6px 0; }
  a { color: var(--link); }
  table { border-collapse: collapse; margin: 6px 0 16px; font-size: 13px; font-variant-numeric: tabular-nums; }
  th { text-align: left; color: var(--faint); font-weight: 600; }
  th, td { padding: 3px 16px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
  .number { text-align: right; white-space: nowrap; }
  .at { color: var(--faint); overflow-wrap: anywhere; }
`;

/** Renders a complete HTML file. The body and the additional style are not escaped. */
export const renderPage = (page: { readonly title: string; readonly style?: string; readonly body: string }): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<style>${style}${page.style ?? ''}</style>
</head>
<body>
${page.body}
</body>
</html>
`;

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Formats a number with three digits. */
export const formatNumber = (value: number): string =>
  Number.isNaN(value) ? '-' : value.toLocaleString('en', { maximumSignificantDigits: 3 });
