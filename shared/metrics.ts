/** The unit of each metric; docs/production.md says what each tells. */
const units = {
  Allowed: 'Count',
  Denied: 'Count',
  Outages: 'Count',
  DecisionLatency: 'Milliseconds',
  UpstreamLatency: 'Milliseconds',
  UpstreamFailures: 'Count',
  CredentialsRefused: 'Count',
  KeysCreated: 'Count',
  KeysUpdated: 'Count',
  KeysRotated: 'Count',
  KeysRevoked: 'Count',
  AuditFailures: 'Count',
  CacheFlushes: 'Count',
  CacheFlushFailures: 'Count',
} as const;

export type MetricName = keyof typeof units;

/** What CloudWatch takes of one metric in one line. */
const maxValues = 100;

/** The metrics of one function. A function makes one and hands it to all that measure. */
export interface Metrics {
  /** Notes a value; the next log line with {@link take} carries it. */
  measure(name: MetricName, value?: number): void;
  /**
   * Empties what was measured into the fields of one log line in CloudWatch's embedded metric format, which costs no call.
   * A metric named in `byCode` is counted by its code too. Returns no field where nothing was measured.
   */
  take(byCode?: { readonly [K in MetricName]?: string }): Record<string, unknown>;
}

/** Makes metrics without a value. */
export function createMetrics(): Metrics {
  const measured = new Map<MetricName, number[]>();
  return {
    measure(name, value = 1) {
      const values = measured.get(name);
      if (values === undefined) measured.set(name, [value]);
      else if (values.length < maxValues) values.push(value);
    },
    take(byCode = {}) {
      const entries = [...measured];
      measured.clear();
      return entries.length === 0 ? {} : embedded(entries, byCode);
    },
  };
}

function embedded(
  entries: readonly (readonly [MetricName, readonly number[]])[],
  byCode: { readonly [K in MetricName]?: string },
): Record<string, unknown> {
  const directive = (dimensions: string[], names: MetricName[]) => ({
    Namespace: 'ApiKeys',
    Dimensions: [dimensions],
    Metrics: names.map((Name) => ({ Name, Unit: units[Name] })),
  });
  const names = entries.map(([name]) => name);
  const [counted] = Object.entries(byCode) as [MetricName, string][];
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        directive(['Deployment'], names),
        ...(counted ? [directive(['Deployment', 'Code'], [counted[0]])] : []),
      ],
    },
    Deployment: process.env['METRICS_DEPLOYMENT'],
    ...(counted ? { Code: counted[1] } : {}),
    ...Object.fromEntries(entries.map(([name, values]) => [name, values.length === 1 ? values[0] : values])),
  };
}
