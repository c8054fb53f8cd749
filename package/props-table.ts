import { readFileSync } from 'node:fs';

/** The doc comment of a prop with its default, and the prop. */
const documentedProp = /\/\*\*((?:(?!\*\/)[\s\S])*?)@default ((?:(?!\*\/)[\s\S])*?)\*\/\s*readonly (\w+)\??: ([^;]+);/g;

/** The props of `ApiKeyAuth` as a Markdown table, from the doc comments of the source. */
export function propsTable(): string {
  const sources = ['api-key-auth.ts', 'config.ts'].map((file) =>
    readFileSync(new URL(`../infra/${file}`, import.meta.url), 'utf8'),
  );
  const rows = sources
    .flatMap((source) => [...source.matchAll(documentedProp)])
    .map(([, text = '', byDefault = '', name = '', type = '']) => {
      const cells = [`\`${name}\``, `\`${plain(type.replace(/ \| undefined$/, ''))}\``, plain(byDefault), plain(text)];
      return `| ${cells.join(' | ')} |`;
    });
  return ['| prop | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** One line without the asterisks of a comment. A bar would end a cell. */
function plain(text: string): string {
  return text
    .replaceAll(/\s*\n\s*\*?\s*/g, ' ')
    .trim()
    .replaceAll('|', '\\|');
}
