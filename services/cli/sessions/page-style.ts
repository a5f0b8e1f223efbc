/**
 * Owns: how the report of a session looks, on a screen and on paper. It names no font, picture or
 * address: the page is complete in itself.
 */
export const PAGE_STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin-top: 2rem; }
code, pre, td, dd { unicode-bidi: isolate; overflow-wrap: anywhere; }
code, pre { font: 0.9em/1.5 ui-monospace, monospace; white-space: pre-wrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.5rem; }
dt { grid-column: 1; font-weight: 600; }
dd { grid-column: 2; margin: 0; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding-bottom: 0.5rem; }
th, td { border-bottom: 1px solid #8888; padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; vertical-align: top; }
th, td:nth-child(-n+3) { white-space: nowrap; }
.text { width: 60%; }
.doubt { font-weight: 700; }
.note { display: block; font-style: italic; }
pre { border: 1px solid #8888; padding: 1rem; }
@media print {
  body { font-size: 10pt; margin: 0; max-width: none; }
  tr, dd { break-inside: avoid; }
  h2 { break-after: avoid; }
  thead { display: table-header-group; }
  pre { border: 0; padding: 0; }
}
`;
