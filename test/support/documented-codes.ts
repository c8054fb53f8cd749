import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');

/** The codes that docs/troubleshooting.md lists, and the status of each. */
export const documentedCodes: ReadonlyMap<string, number> = new Map(
  [...page.matchAll(/^\| (\d{3} `.*?) \|/gm)].flatMap(([, cell = '']) => {
    let status = '';
    return [...cell.matchAll(/(?:(\d{3}) )?`(\w+)`/g)].map(([, own, code = '']): [string, number] => {
      status = own ?? status;
      return [code, Number(status)];
    });
  }),
);
