import { type Attributes, context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { resources, NodeSDK } from '@opentelemetry/sdk-node';
import type { Spans } from './spans.ts';

const NAME = 'cruddur-messages';

/**
 * Starts OpenTelemetry as its standard variables (`OTEL_…`) say: exporter, protocol, sampler, service name. For a
 * process that has it switched on; `stop` sends what has not been sent yet.
 */
export function startTracing(): { spans: Spans; stop(): Promise<void> } {
  const sdk = new NodeSDK({
    // What the variables say of the service is merged over this.
    resource: resources.resourceFromAttributes({ 'service.name': NAME }),
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  return {
    spans: createSpans(),
    // A collector that does not answer must not keep the process.
    stop: () => sdk.shutdown().catch(() => undefined),
  };
}

function createSpans(): Spans {
  const tracer = trace.getTracer(NAME);

  function run<Result>(name: string, kind: SpanKind, attributes: Attributes, work: () => Promise<Result>) {
    return tracer.startActiveSpan(name, { kind, attributes }, async (span) => {
      try {
        return await work();
      } catch (error) {
        // Messages of errors may hold users' data.
        const type = error instanceof Error ? error.name : typeof error;
        span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    });
  }

  return {
    serve: (headers, name, work) =>
      context.with(propagation.extract(context.active(), headers), () => run(name, SpanKind.SERVER, {}, work)),
    call: (name, attributes, work) => run(name, SpanKind.CLIENT, attributes, work),
    step: (name, work) => run(name, SpanKind.INTERNAL, {}, work),
    describeOperation(type, name) {
      const span = trace.getActiveSpan()?.updateName(type).setAttribute('graphql.operation.type', type);
      if (name !== undefined) span?.setAttribute('graphql.operation.name', name);
    },
    ids() {
      const span = trace.getActiveSpan()?.spanContext();
      return span && { trace_id: span.traceId, span_id: span.spanId };
    },
  };
}
