import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');

/** The codes in docs/troubleshooting.md with their statuses. */
export const documentedCodes: ReadonlyMap<string, number> = new Map(
  [...page.matchAll(/^\| (\d{3} `.*?) \|/gm)].flatMap(([, cell = '']) => {
    let status = '';
    return [...cell.matchAll(/(?:(\d{3}) )?`(\w+)`/g)].map(([, own, code = '']): [string, number] => {
      status = own ?? status;
      return [code, Number(status)];
    });
  }),
);
