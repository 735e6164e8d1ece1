import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  type Metric,
  type MetricConfiguration,
  Registry,
} from 'prom-client';

/** Labels of `kubarr_build_info`. */
export interface BuildInfo {
  readonly version: string;
  readonly channel: string;
  readonly commit: string;
}

/** `kubarr_<area>_<thing>_<unit>`, always as one literal, so that a search finds it. */
export type MetricName = `kubarr_${string}_${string}`;

interface MetricOptions<Label extends string, Kind> {
  readonly name: MetricName;
  /** Shown at `/metrics`. */
  readonly help: string;
  /** Values of labels must come from small closed sets. */
  readonly labels?: readonly Label[];
  /** Called before each scrape, to set the current value. */
  readonly collect?: (metric: Kind) => void | Promise<void>;
}

const NAME = /^kubarr(_[a-z][a-z0-9]*){2,}$/;

/**
 * The metrics of one application. Not the global registry of prom-client, so that tests can run several applications in
 * one process. A second registration of a name returns the first metric.
 */
export class MetricsRegistry {
  private readonly registry = new Registry();

  constructor(build: BuildInfo) {
    collectDefaultMetrics({ register: this.registry });
    this.gauge({
      name: 'kubarr_build_info',
      help: 'Always 1; version, channel and commit are labels.',
      labels: ['version', 'channel', 'commit'],
    }).set({ version: build.version, channel: build.channel, commit: build.commit }, 1);
  }

  /** Only increases; its name ends in `_total`. */
  counter<Label extends string = never>(options: MetricOptions<Label, Counter<Label>>): Counter<Label> {
    return this.metric(options, /_total$/, Counter<Label>, (settings) => new Counter<Label>(settings));
  }

  gauge<Label extends string = never>(options: MetricOptions<Label, Gauge<Label>>): Gauge<Label> {
    return this.metric(options, /(?<!_total)$/, Gauge<Label>, (settings) => new Gauge<Label>(settings));
  }

  /** Sizes or durations in base units; its name ends in `_seconds` or `_bytes`. */
  histogram<Label extends string = never>(
    options: MetricOptions<Label, Histogram<Label>> & { readonly buckets: readonly number[] },
  ): Histogram<Label> {
    return this.metric(
      options,
      /_(seconds|bytes)$/,
      Histogram<Label>,
      (settings) => new Histogram<Label>({ ...settings, buckets: [...options.buckets] }),
    );
  }

  /** All metrics in the Prometheus text format, of {@link contentType}. */
  render(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  private metric<Label extends string, Kind extends Metric<Label>>(
    { name, help, labels = [], collect }: MetricOptions<Label, Kind>,
    ending: RegExp,
    kind: new (settings: never) => Kind,
    make: (settings: MetricConfiguration<Label>) => Kind,
  ): Kind {
    const known = this.registry.getSingleMetric(name);
    if (known instanceof kind) return known;
    if (known || !NAME.test(name) || !ending.test(name)) throw new Error(`A ${kind.name} cannot be called ${name}`);
    const registers = [this.registry];
    const metric: Kind = make({
      name,
      help,
      labelNames: [...labels],
      registers,
      ...(collect && { collect: () => collect(metric) }),
    });
    return metric;
  }
}
