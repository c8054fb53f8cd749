/** The reason why a request failed, as a function logged it. */
export interface FailureReason {
  readonly functionName: string;
  /** One line, such as `unreachable: ENOTFOUND acme.scalekit.invalid`. */
  readonly summary: string;
  /** The stack of an exception, which shows the project's own lines. */
  readonly stack: string | undefined;
}

/** Beyond this number, the oldest request is forgotten. */
const maxRequests = 200;

/** Collects the failures that functions log, by request id. */
export class FailureReasons {
  readonly #reasons = new Map<string, FailureReason[]>();
  readonly #unfinished = new Map<string, string>();

  /** Adds a piece of a function's log. */
  add(functionName: string, text: string): void {
    const lines = ((this.#unfinished.get(functionName) ?? '') + text).split('\n');
    this.#unfinished.set(functionName, lines.pop() ?? '');
    for (const line of lines) {
      const entry = parse(line);
      const requestId = entry?.['requestId'];
      if (entry?.['level'] === 'ERROR' && typeof requestId === 'string')
        this.#keep(requestId, { functionName, summary: summaryOf(entry), stack: stackOf(entry) });
    }
  }

  /** Returns the reasons of a request, and forgets them. */
  take(requestId: string): readonly FailureReason[] {
    const reasons = this.#reasons.get(requestId) ?? [];
    this.#reasons.delete(requestId);
    return reasons;
  }

  #keep(requestId: string, reason: FailureReason): void {
    this.#reasons.set(requestId, [...(this.#reasons.get(requestId) ?? []), reason]);
    const [oldest] = this.#reasons.keys();
    if (this.#reasons.size > maxRequests && oldest !== undefined) this.#reasons.delete(oldest);
  }
}

type Entry = Readonly<Record<string, unknown>>;

function parse(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}

function summaryOf(entry: Entry): string {
  const { message, reason, errorType, errorMessage, stack } = entry;
  if (typeof errorType === 'string') return `${errorType}: ${textOf(errorMessage)}`;
  if (typeof stack === 'string') return stack.split('\n')[0] ?? '';
  return [textOf(reason ?? message), ...causesOf(entry)].join(': ');
}

/** The code (or name) and the host of each cause in the chain. */
function causesOf({ error, code, host, cause }: Entry): string[] {
  const own = [code ?? error, host].map(textOf).join(' ').trim();
  const further = typeof cause === 'object' && cause !== null ? causesOf(cause as Entry) : [];
  return own === '' ? further : [own, ...further];
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function stackOf({ stack, trace }: Entry): string | undefined {
  const text = typeof stack === 'string' ? stack : trace;
  return typeof text === 'string' ? text : undefined;
}
