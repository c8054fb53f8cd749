/** dynalite has no types of its own. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** An HTTP server that speaks DynamoDB's protocol, and keeps its tables in a folder. */
  export default function dynalite(options: { path: string; createTableMs: number }): Server;
}
