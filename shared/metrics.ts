import { type MetricName, metricDimensions, metricNamespace, metricUnits } from './deployment.ts';
import { readEnvironment } from './environment.ts';

/** What CloudWatch takes of one metric in one line. */
const maxValues = 100;

const { deployment, code, missReason } = metricDimensions;

/** The metrics that are counted by a code too, and the dimension of each. */
const codeDimensions: { readonly [K in MetricName]?: string } = {
  Denied: code,
  Outages: code,
  CacheMisses: missReason,
};

/** The metrics of one function. A function makes one and hands it to all that measure. */
export interface Metrics {
  /** Notes a value; the next log line with {@link take} carries it. `code` is the last one of a line's that counts. */
  measure(name: MetricName, value?: number, code?: string): void;
  /**
   * Empties what was measured into the fields of one log line in CloudWatch's embedded metric format, which costs no call.
   * Returns no field where nothing was measured.
   */
  take(): Record<string, unknown>;
}

interface Measured {
  readonly values: number[];
  code?: string | undefined;
}

/** Makes metrics without a value. */
export function createMetrics(): Metrics {
  const measured = new Map<MetricName, Measured>();
  return {
    measure(name, value = 1, code) {
      const known = measured.get(name) ?? { values: [] };
      measured.set(name, known);
      if (known.values.length < maxValues) known.values.push(value);
      known.code = code;
    },
    take() {
      const entries = [...measured];
      measured.clear();
      return entries.length === 0 ? {} : embedded(entries);
    },
  };
}

function embedded(entries: readonly (readonly [MetricName, Measured])[]): Record<string, unknown> {
  const directive = (dimensions: string[], names: MetricName[]) => ({
    Namespace: metricNamespace,
    Dimensions: [dimensions],
    Metrics: names.map((Name) => ({ Name, Unit: metricUnits[Name] })),
  });
  const names = entries.map(([name]) => name);
  const counted = entries.flatMap(([name, { code: value }]) => {
    const dimension = codeDimensions[name];
    return dimension === undefined || value === undefined ? [] : [{ name, dimension, value }];
  });
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        directive([deployment], names),
        ...counted.map(({ name, dimension }) => directive([deployment, dimension], [name])),
      ],
    },
    [deployment]: readEnvironment('METRICS_DEPLOYMENT'),
    ...Object.fromEntries(counted.map(({ dimension, value }) => [dimension, value])),
    ...Object.fromEntries(entries.map(([name, { values }]) => [name, values.length === 1 ? values[0] : values])),
  };
}
