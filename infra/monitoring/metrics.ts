import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** The metrics that the functions write into their logs, of one deployment; `shared/metrics.ts` writes them. */
export class KeyMetrics {
  readonly #deployment: string;

  constructor(deployment: string) {
    this.#deployment = deployment;
  }

  /** A count of the period. */
  sum(metricName: string, label = metricName, periodMinutes = 1): Metric {
    return this.#metric(metricName, 'Sum', label, periodMinutes);
  }

  /** A percentile of milliseconds. */
  percentile(metricName: string, percent: number, label = `${metricName} p${percent}`): Metric {
    return this.#metric(metricName, `p${percent}`, label, 1);
  }

  /** Each code's count of a metric that is counted by code. */
  byCode(metricName: string): MathExpression {
    const search = `{ApiKeys,Code,Deployment} MetricName="${metricName}" Deployment="${this.#deployment}"`;
    return new MathExpression({ expression: `SEARCH('${search}', 'Sum', 60)`, usingMetrics: {}, label: '' });
  }

  #metric(metricName: string, statistic: string, label: string, periodMinutes: number): Metric {
    return new Metric({
      namespace: 'ApiKeys',
      metricName,
      dimensionsMap: { Deployment: this.#deployment },
      statistic,
      label,
      period: Duration.minutes(periodMinutes),
    });
  }
}
