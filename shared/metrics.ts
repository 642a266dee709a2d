import { requestContext } from '#shared/http/context.ts';

/** The part of a Workers Analytics Engine data set that is used here. */
export interface MetricsDataset {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

/**
 * What is measured. None says anything of a person. In the data set: `index1` and `blob1` the name, `blob2` the service,
 * then the labels from `blob3` on and the figures from `double1` on, both in the order given here.
 */
export type Metric =
  /** A request that was answered. `route`: its pattern; `status`: its class, such as `2xx`. `database`: round trips. */
  | { name: 'request'; method: string; route: string; status: string; milliseconds: number; database: number }
  /** A step of the way from a cart to a paid order. */
  | { name: 'funnel'; step: 'cart' | 'quote' | 'order' | 'paid' }
  /** What a sweep found unsent: how many events (at most as many as it sends at once), and the age of the oldest. */
  | { name: 'outbox'; waiting: number; oldestSeconds: number }
  /** An event that was taken from a queue: the how-manieth attempt it was, and whether it is to be tried again. */
  | { name: 'event'; type: string; outcome: 'applied' | 'failed'; attempts: number };

let dataset: MetricsDataset | undefined;

/**
 * Names the data set that this isolate writes to. Bindings are the same in every call of an isolate. Without one (it is
 * optional), nothing is measured.
 */
export function measureInto({ METRICS }: { METRICS?: MetricsDataset }): void {
  dataset = METRICS;
}

/** Writes one data point, in the background: there is nothing to wait for, and nothing fails because of it. */
export function count(metric: Metric): void {
  if (!dataset) return;
  const { name, ...rest } = metric;
  const values = Object.values(rest);
  const blobs = values.filter((value) => typeof value === 'string');
  const doubles = values.filter((value) => typeof value === 'number');
  dataset.writeDataPoint({ indexes: [name], blobs: [name, requestContext().service, ...blobs], doubles });
}
