import { Duration } from 'aws-cdk-lib';
import type { IMetric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';

/** When somebody has to look. */
export interface Threshold {
  /** The name of the alarm. */
  name: string;
  metric: IMetric;
  above: number;
  meaning: string;
}

const period = Duration.minutes(1);

export const total: MetricOptions = { statistic: 'Sum', period };
export const largest: MetricOptions = { statistic: 'Maximum', period };
export const p99: MetricOptions = { statistic: 'p99', period };
