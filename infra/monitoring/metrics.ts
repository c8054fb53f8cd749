import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metricDimensions, metricNamespace } from '../../shared/deployment.ts';

/** The metrics of one deployment. `shared/metrics.ts` writes them into the logs of the functions. */
export class KeyMetrics {
  readonly #deployment: string;

  constructor(deployment: string) {
    this.#deployment = deployment;
  }

  /** The sum per period. */
  sum(metricName: MetricName, label = metricName, periodMinutes = 1): Metric {
    return this.#metric(metricName, 'Sum', label, periodMinutes);
  }

  /** A percentile of milliseconds. */
  percentile(metricName: MetricName, percent: number, label = `${metricName} p${percent}`): Metric {
    return this.#metric(metricName, `p${percent}`, label, 1);
  }

  /** One count per code. */
  byCode(metricName: MetricName, by: 'code' | 'missReason' = 'code'): MathExpression {
    const { [by]: code, deployment } = metricDimensions;
    const ofDeployment = `${deployment}="${this.#deployment}"`;
    const dimensions = [code, deployment].toSorted().join(',');
    const search = `{${metricNamespace},${dimensions}} MetricName="${metricName}" ${ofDeployment}`;
    return new MathExpression({ expression: `SEARCH('${search}', 'Sum', 60)`, usingMetrics: {}, label: '' });
  }

  #metric(metricName: MetricName, statistic: string, label: string, periodMinutes: number): Metric {
    return new Metric({
      namespace: metricNamespace,
      metricName,
      dimensionsMap: { [metricDimensions.deployment]: this.#deployment },
      statistic,
      label,
      period: Duration.minutes(periodMinutes),
    });
  }
}
