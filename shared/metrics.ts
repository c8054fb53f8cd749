import { type MetricName, metricDimensions, metricNamespace, metricUnits } from './deployment.ts';
import { readEnvironment } from './environment.ts';

/** What CloudWatch takes of one metric in one line. */
const maxValues = 100;

const { deployment, code } = metricDimensions;

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
    Namespace: metricNamespace,
    Dimensions: [dimensions],
    Metrics: names.map((Name) => ({ Name, Unit: metricUnits[Name] })),
  });
  const names = entries.map(([name]) => name);
  const [counted] = Object.entries(byCode) as [MetricName, string][];
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        directive([deployment], names),
        ...(counted ? [directive([deployment, code], [counted[0]])] : []),
      ],
    },
    [deployment]: readEnvironment('METRICS_DEPLOYMENT'),
    ...(counted ? { [code]: counted[1] } : {}),
    ...Object.fromEntries(entries.map(([name, values]) => [name, values.length === 1 ? values[0] : values])),
  };
}
