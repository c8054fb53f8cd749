/** Why a request failed, as a function logged it. */
export interface FailureReason {
  readonly functionName: string;
  /** In one line, like `unreachable: ENOTFOUND acme.scalekit.invalid`. */
  readonly summary: string;
  /** With our lines in it, where it was an exception. */
  readonly stack: string | undefined;
}

/** Requests whose reasons nobody asks for are forgotten. */
const maxRequests = 200;

/** Collects what functions log of failures, by the ids of requests. */
export class FailureReasons {
  readonly #reasons = new Map<string, FailureReason[]>();
  readonly #unfinished = new Map<string, string>();

  /** Takes a piece of a function's log. */
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

  /** What is known of a request, once. */
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

/** The chain of causes, as far as it may be logged. */
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
