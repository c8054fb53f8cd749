/** The style of all pages. The policy of the pages allows exactly this text. */
export const style = `
:root { color-scheme: light dark; --line: light-dark(#d4d4d8, #3f3f46); --dim: light-dark(#52525b, #a1a1aa);
  --back: light-dark(#ffffff, #18181b); --card: light-dark(#fafafa, #27272a); --text: light-dark(#18181b, #f4f4f5);
  --link: light-dark(#1d4ed8, #93c5fd); --act: light-dark(#1d4ed8, #2563eb); --bad: light-dark(#b91c1c, #fca5a5);
  --bad-act: light-dark(#b91c1c, #b91c1c); --warn: light-dark(#92400e, #fcd34d); }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: var(--back); color: var(--text); }
header, main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; border-bottom: 1px solid var(--line); }
header p { margin: 0; }
header .product { font-weight: 600; }
header .for { flex: 1; color: var(--dim); }
h1 { font-size: 1.5rem; margin: .5rem 0 1rem; }
a { color: var(--link); }
.narrow { max-width: 38rem; }
.dim { color: var(--dim); }
.bar { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; justify-content: space-between; margin-bottom: 1rem; }
form.search { display: flex; gap: .5rem; align-items: end; flex-wrap: wrap; }
form.search input { width: 100%; }
label, legend { display: block; font-weight: 600; padding: 0; }
input, select, textarea, button, .button { font: inherit; color: inherit; padding: .5rem .75rem; border: 1px solid var(--dim);
  border-radius: .375rem; background: var(--back); }
input[type=checkbox] { width: 1.1rem; height: 1.1rem; margin: 0 .5rem 0 0; vertical-align: -.15rem; }
form.fields input:not([type=checkbox]), form.fields select, textarea { width: 100%; }
form.fields > *, fieldset { margin: 0 0 1.25rem; }
fieldset { border: 0; padding: 0; }
fieldset label { font-weight: 400; }
.hint { margin: 0 0 .25rem; color: var(--dim); font-size: .875rem; }
button, .button { display: inline-block; text-decoration: none; cursor: pointer; background: var(--card); border-color: var(--line); }
button.main, .button.main { background: var(--act); border-color: var(--act); color: #fff; }
button.bad { background: var(--bad-act); border-color: var(--bad-act); color: #fff; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; color: var(--dim); padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .6rem .75rem .6rem 0; border-bottom: 1px solid var(--line); }
th { font-size: .875rem; }
td .row { display: flex; flex-wrap: wrap; gap: .25rem .75rem; }
code, .key { font-family: ui-monospace, monospace; }
.key { width: 100%; font-size: 1rem; }
.badge { display: inline-block; padding: 0 .5rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .8125rem; }
.warn { color: var(--warn); }
.bad-text { color: var(--bad); }
.note { border: 1px solid var(--line); border-left-width: .35rem; background: var(--card); padding: .75rem 1rem; margin: 0 0 1rem; }
.note.bad { border-left-color: var(--bad); }
.note.warn { border-left-color: var(--warn); color: inherit; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 46rem) {
  table, caption, tbody, tr, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { border: 1px solid var(--line); border-radius: .375rem; padding: .5rem .75rem; margin-bottom: .75rem; }
  td { border: 0; padding: .15rem 0; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--dim); font-size: .875rem; }
}
`;
