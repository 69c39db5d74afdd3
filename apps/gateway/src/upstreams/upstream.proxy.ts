import httpProxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy';
import { DomainError } from '@app/contracts';
import { correlationIdOf } from '@app/observability';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Which service answers which routes. The gateway's own routes are more exact than these and win. */
const PREFIXES = {
  assessment: ['/v1/logins', '/v1/attempts', '/v1/sessions', '/v1/participants', '/v1/forms'],
  scoring: ['/v1/packages', '/v1/results'],
  scheduler: ['/v1/agencies', '/v1/clusters', '/v1/targets', '/v1/plan', '/v1/progress'],
} as const;

export type UpstreamName = keyof typeof PREFIXES;
/** Base address of each service. */
export type UpstreamUrls = Readonly<Record<UpstreamName, string>>;

/** Services stand in the same network: a connection that takes longer will not come. */
const CONNECT_TIMEOUT_MS = 2_000;
/** The import of a large roster is the slowest request. */
const ANSWER_TIMEOUT_MS = 60_000;
/** Shorter than the services keep idle connections, so that none is used while it is being closed. */
export const KEEP_ALIVE_MS = 4_000;
/** A roster of a year's 40,000 people with room to spare; each route of a service has a limit of its own. */
const BODY_BYTES_MAX = 20_000_000;
/** Connections per prefix; requests beyond them wait for a free one. */
const CONNECTIONS_MAX = 128;
/** A service that restarts is back within seconds. */
const RETRY_AFTER_SECONDS = 2;

/** Headers that concern one connection only (RFC 9110, section 7.6.1). */
const HOP_HEADERS = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** What a client says about its own way here must not be believed behind the gateway. */
const FORGEABLE_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * Passes the other services' routes on. Who may do what is decided by the services themselves. The plugins are loaded
 * with the app, not at once, so that what they throw meets the app's error handler.
 */
export function registerUpstreams(fastify: FastifyInstance, urls: UpstreamUrls): void {
  for (const [name, prefixes] of Object.entries(PREFIXES) as [UpstreamName, readonly string[]][]) {
    void fastify.register(async (scope) => {
      // Files are passed on as they come in, not read here.
      scope.removeContentTypeParser('text/csv');
      for (const prefix of prefixes) await scope.register(httpProxy, optionsFor(urls[name], prefix));
    });
  }
}

function optionsFor(upstream: string, prefix: string): FastifyHttpProxyOptions {
  return {
    upstream,
    prefix,
    rewritePrefix: prefix,
    config: { bodyLimitBytes: BODY_BYTES_MAX },
    preHandler: ({ url }, _reply, done) =>
      done(leavesItsPrefix(url) ? new DomainError('request.not-found') : undefined),
    http2: false,
    disableRequestLogging: true,
    // The services answer 503 with their own Retry-After; it is the client's to obey, a retry here would hide it.
    retryMethods: [],
    undici: {
      connections: CONNECTIONS_MAX,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    replyOptions: {
      retryDelay: () => null,
      rewriteRequestHeaders: (request, headers) => forwardedHeaders(request, headers),
      rewriteHeaders: (headers) => returnedHeaders(headers),
      // The app's error handler gives it the form of every other refusal.
      onError: (reply, { error }) => void reply.send(unavailable(error)),
    },
  };
}

/** The proxy would refuse such a path as well, but not in the form of our refusals. */
function leavesItsPrefix(url: string): boolean {
  const [path = ''] = url.split('?', 1);
  return decodeURIComponent(path).split(/[\\/]/).includes('..');
}

function unavailable(cause: Error): DomainError {
  return new DomainError('service.unavailable', undefined, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;
type Origin = Pick<FastifyRequest, 'ip' | 'host' | 'protocol'> & { readonly raw: object };

function forwardedHeaders({ ip, host, protocol, raw }: Origin, headers: Headers): Headers {
  return {
    ...without(headers, [...HOP_HEADERS, ...FORGEABLE_HEADERS]),
    'x-forwarded-for': ip,
    'x-forwarded-host': host,
    'x-forwarded-proto': protocol,
    'x-correlation-id': correlationIdOf(raw),
  };
}

function returnedHeaders(headers: Headers): Headers {
  const { connection } = headers;
  const listed = typeof connection === 'string' ? connection.split(',').map((name) => name.trim().toLowerCase()) : [];
  return without(headers, [...HOP_HEADERS, ...listed]);
}

function without(headers: Headers, names: readonly string[]): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
