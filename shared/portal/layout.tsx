import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { PropsWithChildren } from 'hono/jsx';
import type { Session } from './grant.ts';
import { Csrf } from './hidden-fields.tsx';
import { script } from './script.ts';
import { style } from './style.ts';

/** Headers of every page. Nothing loads but our own style and script, by their hashes, and no other site may frame a page. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src '${sourceHash(style)}'`,
    `script-src '${sourceHash(script)}'`,
    'img-src data:', // the empty icon, without which browsers ask for one
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

interface LayoutProps {
  readonly title: string;
  readonly productName: string;
  /** Without a session the page has no way out but links in its content. */
  readonly visit?: { readonly session: Session; readonly csrf: string } | undefined;
}

/** Renders a whole page. */
export async function renderPage({
  title,
  productName,
  visit,
  children,
}: PropsWithChildren<LayoutProps>): Promise<string> {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${title} – ${productName}`}</title>
        <link rel="icon" href="data:," />
        <style>{raw(style)}</style>
      </head>
      <body>
        <header>
          <p class="product">{productName}</p>
          {visit ? <Whose {...visit} /> : null}
        </header>
        <main>
          <h1>{title}</h1>
          {children}
        </main>
        <script>{raw(script)}</script>
      </body>
    </html>
  );
  return (await html`<!DOCTYPE html>${page}`).toString();
}

/** Whose keys these are, and the ways out. Leaving is a link: the policy would block a form's way to another site. */
function Whose({ session: { grant }, csrf }: { readonly session: Session; readonly csrf: string }) {
  return (
    <>
      <p class="for">
        {grant.organizationName}
        {grant.userId === undefined ? null : ', your own keys'}
      </p>
      {grant.returnUrl === undefined ? null : <a href={grant.returnUrl}>Leave</a>}
      <form method="post" action="sign-out">
        <Csrf token={csrf} />
        <button type="submit">Sign out</button>
      </form>
    </>
  );
}

/** A time, in UTC where there is no script, else in the reader's zone. */
export function Time({ at, day = false }: { readonly at: string; readonly day?: boolean }) {
  const text = new Date(at).toISOString();
  return (
    <time datetime={text} {...(day ? { 'data-style': 'day' } : {})}>
      {day ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`}
    </time>
  );
}

function sourceHash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
