import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';

/** A function handles one request at a time, but makes some calls in parallel. */
const maxSockets = 4;

/** A connection that was idle for longer may have died while Lambda had the process frozen. */
const maxIdleMs = 5_000;

/** Connections that are reused. Lambda freezes timers with the process, so idle time is measured at the next use. */
export interface KeptConnections {
  /** The agent for a request that is sent now. */
  agentFor(url: URL): HttpAgent;
  /** Closes every idle connection. */
  dropIdle(): void;
}

/** Makes an empty pool. */
export function keptConnections(): KeptConnections {
  const agents = new Map<string, HttpAgent>();
  const idleSince = new WeakMap<Socket, number>();

  function newAgent(protocol: string): HttpAgent {
    const agent = protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
    agent.on('free', (socket: Socket) => idleSince.set(socket, Date.now()));
    agents.set(protocol, agent);
    return agent;
  }

  function drop(isOld: (socket: Socket) => boolean): void {
    for (const agent of agents.values())
      for (const sockets of Object.values(agent.freeSockets))
        for (const socket of sockets ?? []) if (isOld(socket)) socket.destroy();
  }

  return {
    agentFor({ protocol }) {
      drop((socket) => Date.now() - (idleSince.get(socket) ?? 0) > maxIdleMs);
      return agents.get(protocol) ?? newAgent(protocol);
    },
    dropIdle: () => drop(() => true),
  };
}

const options = { keepAlive: true, maxSockets, scheduling: 'lifo' } as const;
