import type { AttemptClaims, AttemptTokens } from '@app/access';
import type { ServerClock } from '@app/bootstrap';
import { DomainError } from '@app/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { stampOf } from './answer-stamp';
import type { AnswersMetrics } from './answers.metrics';
import type { AttemptRateLimiter } from './attempt-rate-limiter';
import type { LoadShedder } from './load-shedder';
import { ANSWERS_BODY_BYTES_MAX } from './submit-answers.schema';

const MARK = 'isAnswerRoute';
const BEARER = 'Bearer ';
const JWT_PARTS = 3;
const OK = 200;

/** What Nest hands to Fastify for the answer route. */
export const ANSWERS_ROUTE_CONFIG = { [MARK]: true, bodyLimitBytes: ANSWERS_BODY_BYTES_MAX };

/** A request whose token has been checked. */
export interface AnswerRequest extends FastifyRequest {
  attempt: AttemptClaims;
}

export interface AnswerRouteParts {
  readonly tokens: AttemptTokens;
  readonly shedder: LoadShedder;
  readonly limiter: AttemptRateLimiter;
  readonly metrics: AnswersMetrics;
  readonly clock: ServerClock;
}

/**
 * What the answer route does around its handler. A bad attempt token is refused before the body is read; the guard of
 * all routes decides about everything that is no attempt token.
 */
export class AnswerRouteHooks {
  constructor(private readonly parts: AnswerRouteParts) {}

  /** Has to be called before the routes are registered. */
  install(fastify: FastifyInstance): void {
    fastify.decorateRequest('attempt', null);
    fastify.addHook('onRoute', (route) => {
      if (isAnswerRoute(route)) Object.assign(route, hooksOf(this.parts));
    });
  }
}

function isAnswerRoute({ config }: RouteOptions): boolean {
  return config !== undefined && MARK in config;
}

function hooksOf(parts: AnswerRouteParts) {
  const { metrics } = parts;
  return {
    onRequest(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) {
      try {
        admit(request, parts);
      } catch (error) {
        return done(error as Error);
      }
      done();
    },
    preSerialization(_request: FastifyRequest, _reply: FastifyReply, payload: unknown, done: Pass) {
      metrics.countRequest((payload as { code?: string }).code ?? 'ok');
      done(null, payload);
    },
    onResponse(_request: FastifyRequest, reply: FastifyReply, done: () => void) {
      if (reply.statusCode === OK) metrics.acknowledged(reply.elapsedTime);
      done();
    },
  };
}

type Pass = (error: null, payload: unknown) => void;

/** The cheapest check first; the clock before the token, whose end it decides. */
function admit(request: FastifyRequest, { tokens, shedder, limiter, clock }: AnswerRouteParts): void {
  shedder.admit();
  const nowMs = stampOf(clock, shedder);
  const token = attemptTokenOf(request);
  if (token === null) return;
  const claims = tokens.verify(token, nowMs);
  const { attemptId } = request.params as { attemptId: string };
  if (claims.attemptId !== attemptId) throw new DomainError('access.foreign-attempt');
  limiter.take(attemptId);
  (request as AnswerRequest).attempt = claims;
}

/** Null where there is none, or another kind of token. */
function attemptTokenOf({ headers }: FastifyRequest): string | null {
  const { authorization } = headers;
  if (!authorization?.startsWith(BEARER)) return null;
  const token = authorization.slice(BEARER.length);
  return token.split('.').length === JWT_PARTS ? token : null;
}
