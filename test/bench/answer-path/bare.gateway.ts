import { createPrivateKey, randomUUID } from 'node:crypto';
import { type AttemptClaims, AttemptTokens } from '@app/access';
import { type AnswerSubmitted, buildEvent, TOPICS } from '@app/contracts';
import { ACCUMULATOR_LIMITS, Accumulator, systemRuntime } from '@app/messaging';
import { Commitments, type Receipt, ReceiptSigner } from '@app/receipts';
import { RedisAttemptViews } from '@app/views';
import Fastify, { type FastifyRequest } from 'fastify';
import { AttemptViewCache } from '../../../apps/gateway/src/answers/attempt-view.cache';
import { type SubmittedAnswer, readAnswers } from '../../../apps/gateway/src/answers/submit-answers.schema';
import { readBareSettings } from './bare.settings';

const BEARER_LENGTH = 'Bearer '.length;
const UNAUTHORIZED = 401;
const CONFLICT = 409;
const ID_COMMITMENT_DIGITS = 12;

/**
 * The work of the answer route and nothing else: token, schema, view, commitment, envelope, append, receipt. No Nest, no
 * limits, no metrics, no refusals worth reading.
 */
async function main(): Promise<void> {
  const settings = readBareSettings(process.env);
  const tokens = new AttemptTokens([{ kid: settings.tokenKid, secret: settings.tokenSecret }]);
  const views = new AttemptViewCache(new RedisAttemptViews({ url: settings.redisUrl }), systemRuntime);
  const commitments = new Commitments(settings.commitmentSecret);
  const signer = new ReceiptSigner('bare', createPrivateKey(settings.receiptPrivateKey));
  const accumulator = new Accumulator(
    await settings.openLog(),
    TOPICS.attempts.name,
    ACCUMULATOR_LIMITS,
    systemRuntime,
  );

  async function append(attemptId: string, answer: SubmittedAnswer, receivedAt: string): Promise<Receipt> {
    const { itemId, seq, response, answeredAt } = answer;
    const commitment = commitments.commit({ attemptId, itemId, seq, response });
    const event = buildEvent<AnswerSubmitted>('answerSubmitted', {
      id: `${attemptId}/${seq}/${commitment.slice(0, ID_COMMITMENT_DIGITS)}`,
      source: '/petabakat/gateway',
      subject: attemptId,
      time: receivedAt,
      correlationId: randomUUID(),
      data: { attemptId, itemId, seq, response, answeredAt, receivedAt, commitment },
    });
    const position = await accumulator.append(attemptId, JSON.stringify(event));
    return signer.sign({ attemptId, itemId, seq, commitment, ...position, receivedAt });
  }

  const fastify = Fastify({ logger: false });
  const claims = new WeakMap<FastifyRequest, AttemptClaims>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const token = request.headers.authorization?.slice(BEARER_LENGTH);
    if (token === undefined) return void reply.code(UNAUTHORIZED).send();
    claims.set(request, tokens.verify(token, Date.now()));
    done();
  });
  fastify.post('/v1/attempts/:attemptId/answers', async (request, reply) => {
    const { attemptId, epoch } = claims.get(request)!;
    const answers = readAnswers(request.body);
    const view = await views.get(attemptId);
    if (view && (view.status === 'closed' || epoch < view.epoch)) return reply.code(CONFLICT).send();
    const receivedAt = new Date().toISOString();
    const receipts = await Promise.all(answers.map((answer) => append(attemptId, answer, receivedAt)));
    const deadline = view?.deadlineMs ? new Date(view.deadlineMs).toISOString() : null;
    return { receipts, serverTime: new Date().toISOString(), deadline };
  });
  await fastify.listen({ host: '127.0.0.1', port: settings.port });
}

void main();
