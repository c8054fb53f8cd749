import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { localRuntime, signIn } from './sign-in.ts';

// A product's own backend: it serves the page, and hands the page the token of its user's session.

const port = Number(process.env['PORT'] ?? 4000);
const runtime = localRuntime(process.env['RUNTIME_FOLDER']);
const file = (name: string) => readFileSync(new URL(name, import.meta.url));

/** Nothing but the page's own files runs or loads, and it may call the API only. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  `connect-src 'self' ${new URL(runtime.apiUrl).origin}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};
const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/': ['page.html', types.html],
  '/page.js': ['page.js', types.js],
  '/page.css': ['page.css', types.css],
};

const server = createServer(async (request, response) => {
  response.setHeader('Cache-Control', 'no-store');
  const served = request.method === 'GET' ? files[request.url ?? ''] : undefined;
  if (served) {
    const [name, type] = served;
    response.setHeader('Content-Security-Policy', policy).setHeader('Content-Type', type).end(file(name));
    return;
  }
  // Only this page may ask for the token: a browser tells where a request comes from, and no other site can change that.
  if (request.url === '/session' && request.headers['sec-fetch-site'] === 'same-origin') {
    const signedIn = await signIn(runtime).catch((error: unknown) => console.error(error));
    if (!signedIn) return void response.writeHead(502).end();
    response
      .setHeader('Content-Type', 'application/json')
      .end(JSON.stringify({ apiUrl: runtime.apiUrl, sessionToken: signedIn.sessionToken }));
    return;
  }
  response.writeHead(404).end();
});
server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  console.log(`The page is at http://localhost:${typeof address === 'object' ? address?.port : port}`);
});
