import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { DomainError } from '@app/contracts';
import {
  HealthRegistry,
  JsonLogger,
  METRICS,
  ObservabilityModule,
  correlateRequest,
  correlationIdOf,
  runWithCorrelation,
  traceRecords,
} from '@app/observability';
import type { DynamicModule, LogLevel, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import helmet from 'helmet';
import { Histogram, type Registry } from 'prom-client';
import type { BodyLimitConfig } from './body-limit.decorator';
import { endConnectionsWhenStopping } from './ending-connections';
import { ProblemFilter, problemDocument } from './problem.filter';
import { createValidationPipe } from './validation.pipe';

/** Time to receive a whole request: twenty megabytes at the speed of a poor office line fit in. */
export const REQUEST_TIMEOUT_MS = 15_000;
/** Headers are small; a client that drips them holds a connection for nothing. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than the slowest answer (a replay, an import), so that only dead connections are cut. */
export const CONNECTION_TIMEOUT_MS = 60_000;
/** Longer than load balancers keep idle connections (60 s by custom), so that they close first and no request is lost. */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** Spreads long-lived clients over new processes after a while. */
export const REQUESTS_PER_SOCKET_MAX = 1_000;
/** A token of 400 bytes and a browser's usual headers take a fifth of it. */
export const HEADER_BYTES_MAX = 8_192;
/** Path parameters are ids of at most 64 characters. */
export const PATH_PARAMETER_CHARACTERS_MAX = 100;
/** How often Node looks for requests over their time. */
const CONNECTIONS_CHECK_INTERVAL_MS = 5_000;

const CORRELATION_HEADER = 'x-correlation-id';
/** Only ids of this form are taken from outside, so that nobody can smuggle a text into logs and events. */
const CORRELATION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export interface HttpApplicationOptions {
  /** Name of the app in logs. */
  readonly name: string;
  /** What a route takes that has no `@BodyLimit` of its own. */
  readonly bodyLimitBytes: number;
  /** With `debug`, each record that is written or applied has a line. */
  readonly logLevel?: LogLevel;
  readonly logger?: LoggerService;
  /**
   * Whether everything that a request leads to knows its correlation id without being told. Node 20 then follows every
   * promise, a tenth of the answer route's time; an app that does without passes the id on from the request by itself.
   */
  readonly ambientCorrelation?: boolean;
  /** For tests: where the jitter of Retry-After comes from. */
  readonly random?: () => number;
}

/**
 * Makes an app, not yet listening, with everything that all HTTP of the platform has in common: limits, security
 * headers, one form of refusal, checked bodies, correlation ids, JSON logs, /health and /metrics.
 * Next steps of a service: `protectRoutes(app, …)`, its microservices, then `listen(app, …)`.
 */
export async function createHttpApplication(
  module: Type | DynamicModule,
  options: HttpApplicationOptions,
): Promise<NestFastifyApplication> {
  const adapter = new PlainFastifyAdapter(fastifyOptions(options.bodyLimitBytes));
  const instance = adapter.getInstance<FastifyInstance>();
  applyBodyLimits(instance);
  acceptCsv(instance);
  secure(instance);
  correlate(instance, options.ambientCorrelation ?? true);
  let health: HealthRegistry | null = null;
  endConnectionsWhenStopping(instance, () => health?.isStopping ?? false);
  traceRecords(options.logLevel === 'debug');
  const root = { module: class Root {}, imports: [ObservabilityModule, module] };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: options.logger ?? new JsonLogger(options.name, options.logLevel),
  });
  health = app.get(HealthRegistry);
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter(options.random));
  observeRequests(instance, app.get<Registry>(METRICS));
  return app;
}

/** Starts listening. @returns the address under which the app can be reached from this machine */
export async function listen(
  app: NestFastifyApplication,
  address: { readonly host: string; readonly port: number },
): Promise<string> {
  await app.listen({ host: address.host, port: address.port });
  const { port } = app.getHttpServer().address() as AddressInfo;
  const host = address.host === '0.0.0.0' || address.host === '::' ? '127.0.0.1' : address.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Leaves Fastify's own errors as they are: their codes say more than the status that Nest would keep of them. */
class PlainFastifyAdapter extends FastifyAdapter {
  override mapException(error: unknown): unknown {
    return error;
  }
}

/** APIs serve no pages, so nothing may be loaded, framed or sniffed. Pages set a policy of their own. */
const SECURITY_POLICY = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
  },
  crossOriginOpenerPolicy: { policy: 'same-origin' as const },
  crossOriginResourcePolicy: { policy: 'same-origin' as const },
  referrerPolicy: { policy: 'no-referrer' as const },
  strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true },
};

/** The headers never change, so helmet computes them once; per request it took a sixth of the answer route's time. */
function secure(instance: FastifyInstance): void {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => void (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  helmet(SECURITY_POLICY)({} as IncomingMessage, response as unknown as ServerResponse, () => undefined);
  instance.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}

function fastifyOptions(bodyLimitBytes: number) {
  return {
    logger: false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxRequestsPerSocket: REQUESTS_PER_SOCKET_MAX,
    // Requests that are being answered are finished; connections that only idle must not hold up a shutdown.
    forceCloseConnections: 'idle' as const,
    return503OnClosing: false,
    http: {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTIONS_CHECK_INTERVAL_MS,
    },
    routerOptions: { maxParamLength: PATH_PARAMETER_CHARACTERS_MAX },
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: Parameters<ProblemFilter['send']>[2]) => {
      new ProblemFilter().send(error, request, reply);
    },
  };
}

/** What is not HTTP, or whose headers are too large, never becomes a request. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = error.code === 'HPE_HEADER_OVERFLOW' ? 'request.too-large' : 'request.invalid';
  const body = JSON.stringify(problemDocument(new DomainError(code), '', undefined));
  const reason = code === 'request.too-large' ? 'Payload Too Large' : 'Bad Request';
  socket.end(
    `HTTP/1.1 ${new DomainError(code).spec.status} ${reason}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function applyBodyLimits(instance: FastifyInstance): void {
  instance.addHook('onRoute', (route) => {
    const { bodyLimitBytes } = (route.config ?? {}) as BodyLimitConfig;
    if (bodyLimitBytes !== undefined) route.bodyLimit = bodyLimitBytes;
  });
}

function acceptCsv(instance: FastifyInstance): void {
  instance.removeContentTypeParser('text/plain');
  instance.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, body));
}

function correlate(instance: FastifyInstance, isAmbient: boolean): void {
  instance.addHook('onRequest', (request, reply, done) => {
    const id = correlationIdFrom(request.raw) ?? randomUUID();
    correlateRequest(request.raw, id);
    void reply.header(CORRELATION_HEADER, id).header('cache-control', 'no-store');
    if (isAmbient) runWithCorrelation(id, done);
    else done();
  });
  if (!isAmbient) return;
  // Reading the body goes through the connection's events, which belong to no request.
  instance.addHook('preValidation', (request, _reply, done) => {
    runWithCorrelation(correlationIdOf(request.raw)!, done);
  });
}

function correlationIdFrom({ headers }: IncomingMessage): string | undefined {
  const id = headers[CORRELATION_HEADER];
  return typeof id === 'string' && CORRELATION_ID.test(id) ? id : undefined;
}

function observeRequests(instance: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'petabakat_http_request_seconds',
    help: 'Time from the first byte of a request to the last byte of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  instance.addHook('onResponse', (request, reply, done) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode };
    seconds.observe(labels, reply.elapsedTime / 1000);
    done();
  });
}
