/** Spans of OpenTelemetry. There are none, and nothing is done for them, unless its variables switch them on. */
export interface Spans {
  /** Runs what somebody asked for; `headers` may say which trace it belongs to. */
  serve<Result>(headers: object, name: string, work: () => Promise<Result>): Promise<Result>;
  /** Runs a call to another system. */
  call<Result>(name: string, attributes: Record<string, string>, work: () => Promise<Result>): Promise<Result>;
  /** Runs a part of what is served. */
  step<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  /** Names the span that this code runs in after an operation of GraphQL. */
  describeOperation(type: string, name: string | undefined): void;
  /** The ids that a log line carries, where this code runs in a span. */
  ids(): { trace_id: string; span_id: string } | undefined;
}
