import { DomainError, ERROR_CODES, type ErrorCode } from '@app/contracts';
import { isTransientDatabaseError } from '@app/database';
import { correlationIdOf, redactText } from '@app/observability';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { throwError } from 'rxjs';

/** How long a caller waits before a repeat where nobody said otherwise: longer than a restart of one process takes. */
const RETRY_AFTER_SECONDS = 2;
/** Everybody who was refused at once must not come back at once: waits are spread over this multiple of the base. */
const RETRY_SPREAD = 1;

/** RFC 9457, with the members that every refusal of the platform has. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly instance: string;
  readonly correlationId?: string;
  readonly action: string;
  readonly [member: string]: unknown;
}

/** Refusals of Fastify itself, and of Nest, that have a code of their own here. */
const CODES_BY_FASTIFY_CODE: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_BAD_URL: 'request.not-found',
  FST_ERR_CTP_BODY_TOO_LARGE: 'request.too-large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request.invalid-json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'request.invalid-json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request.unsupported-media-type',
};
const CODES_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'request.invalid',
  404: 'request.not-found',
  405: 'request.not-found',
  413: 'request.too-large',
  414: 'request.not-found',
  415: 'request.unsupported-media-type',
  429: 'request.too-many',
  503: 'service.unavailable',
};

/** Gives everything that is refused one form. What is not a refusal, but a defect, says nothing about itself outside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('ProblemFilter');

  constructor(private readonly random: () => number = Math.random) {}

  catch(thrown: unknown, host: ArgumentsHost): unknown {
    // Consumers decide themselves what a failed batch means.
    if (host.getType() !== 'http') return throwError(() => thrown);
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    return this.send(thrown, request, reply);
  }

  /** For errors outside Nest's routes, such as those of a proxy. */
  send(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    const error = refusalOf(thrown);
    const problem = problemDocument(error, request.url, correlationIdOf(request.raw));
    this.log(error, problem, request.method);
    if (reply.sent || reply.raw.headersSent) return undefined;
    const retryAfterSeconds = this.retryAfterSeconds(error);
    if (retryAfterSeconds !== null) void reply.header('retry-after', String(retryAfterSeconds));
    return reply.status(problem.status).type('application/problem+json').send(problem);
  }

  private retryAfterSeconds(error: DomainError): number | null {
    const { status } = error.spec;
    const base = error.options.retryAfterSeconds ?? (status === 503 || status === 429 ? RETRY_AFTER_SECONDS : null);
    return base === null ? null : Math.ceil(base * (1 + RETRY_SPREAD * this.random()));
  }

  private log(error: DomainError, problem: ProblemDocument, method: string): void {
    const { code, status, instance, correlationId } = problem;
    const record = { code, status, method, path: instance, detail: error.message, correlationId };
    const cause = error.options.cause instanceof Error ? [error.options.cause] : [];
    this.logger[error.spec.level]('request refused', ...cause, record);
  }
}

/** @returns the document that says why a request was refused */
export function problemDocument(error: DomainError, url: string, correlation: string | undefined): ProblemDocument {
  const { problems, extra } = error.options;
  return {
    ...extra,
    type: `/errors#${error.code}`,
    title: error.spec.title,
    status: error.spec.status,
    code: error.code,
    detail: redactText(error.message),
    instance: pathOf(url),
    ...(correlation === undefined ? {} : { correlationId: correlation }),
    ...(problems ? { problems } : {}),
    action: error.spec.action,
  };
}

/** Queries may carry what people searched for, so they are neither shown nor logged. */
function pathOf(url: string): string {
  return redactText(url.split('?', 1)[0] ?? '');
}

function refusalOf(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  const code = codeOf(thrown);
  // Details of a library's message may quote the request.
  if (code)
    return new DomainError(code, ERROR_CODES[code].title, { cause: code.startsWith('request.') ? null : thrown });
  if (isTransientDatabaseError(thrown)) return new DomainError('service.unavailable', undefined, { cause: thrown });
  return new DomainError('service.internal', undefined, { cause: thrown });
}

function codeOf(thrown: unknown): ErrorCode | undefined {
  if (thrown instanceof HttpException) return CODES_BY_STATUS[thrown.getStatus()];
  if (!(thrown instanceof Error)) return undefined;
  const { code, statusCode } = thrown as { code?: unknown; statusCode?: unknown };
  // The JSON parser's own error: no Fastify code, only a status.
  if (thrown instanceof SyntaxError && statusCode === 400) return 'request.invalid-json';
  if (typeof code !== 'string' || !code.startsWith('FST_')) return undefined;
  return CODES_BY_FASTIFY_CODE[code] ?? (typeof statusCode === 'number' ? CODES_BY_STATUS[statusCode] : undefined);
}
