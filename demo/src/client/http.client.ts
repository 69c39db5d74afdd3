import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

export interface HttpReply {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: number | null;
  /** From the first byte sent to the last byte received. */
  readonly durationMs: number;
}

/** No reply came. */
export class NoReply extends Error {
  constructor(
    /** False where no connection was made: then the request was certainly not received. */
    readonly mayHaveArrived: boolean,
    cause: Error,
  ) {
    super(cause.message, { cause });
    this.name = 'NoReply';
  }
}

/** A reply that says no, with its documented code. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly retryAfterMs: number | null,
    message: string,
    readonly document: Record<string, unknown>,
  ) {
    super(`${status} ${code}: ${message}`);
    this.name = 'Refused';
  }
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string;
  readonly json?: unknown;
  readonly csv?: string;
}

/** As many connections as a site of some hundred seats would have open. */
const SOCKETS_MAX = 200;
/** Longer than the server's own limit for an append, so that its word comes first. */
const TIMEOUT_MS = 15_000;

/** The smallest client that keeps connections and can tell "not sent" from "unknown". */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });

  constructor(private readonly origin: string) {}

  /** @throws Refused for any status of 400 and above; NoReply where none came */
  async call<T>(wanted: HttpRequest): Promise<T> {
    const reply = await this.send(wanted);
    if (reply.status < 400) return reply.body as T;
    throw refusalOf(reply);
  }

  /** @throws NoReply */
  send(wanted: HttpRequest): Promise<HttpReply> {
    const { method, path, token, json, csv } = wanted;
    const text = csv ?? (json === undefined ? undefined : JSON.stringify(json));
    const headers: Record<string, string | number> = {};
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    if (text !== undefined) {
      headers['content-type'] = csv === undefined ? 'application/json' : 'text/csv';
      headers['content-length'] = Buffer.byteLength(text);
    }
    const startedAtMs = performance.now();
    return new Promise((resolve, reject) => {
      const outgoing = request(this.origin + path, { method, headers, agent: this.agent }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', (error) => reject(new NoReply(true, error)));
        incoming.once('end', () => {
          const retryAfter = Number(incoming.headers['retry-after']);
          resolve({
            status: incoming.statusCode ?? 0,
            body: bodyOf(Buffer.concat(chunks).toString('utf8'), incoming.headers['content-type'] ?? ''),
            retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1_000 : null,
            durationMs: performance.now() - startedAtMs,
          });
        });
      });
      outgoing.setTimeout(TIMEOUT_MS, () => outgoing.destroy(new Error(`no reply within ${TIMEOUT_MS} ms`)));
      outgoing.once('error', (error: NodeJS.ErrnoException) =>
        reject(new NoReply(error.code !== 'ECONNREFUSED', error)),
      );
      outgoing.end(text);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function bodyOf(text: string, contentType: string): unknown {
  if (!contentType.includes('json') || text === '') return text;
  return JSON.parse(text);
}

export function refusalOf({ status, body, retryAfterMs }: HttpReply): Refused {
  const document = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const code = typeof document.code === 'string' ? document.code : 'unknown';
  const problems = Array.isArray(document.problems) ? ` ${JSON.stringify(document.problems.slice(0, 3))}` : '';
  const detail = typeof document.detail === 'string' ? document.detail : '';
  return new Refused(status, code, retryAfterMs, `${detail}${problems}`, document);
}
