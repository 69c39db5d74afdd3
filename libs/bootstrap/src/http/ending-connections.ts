import type { FastifyInstance } from 'fastify';

/**
 * Lets a connection end with the request it carries once the process is to stop. Idle connections are closed when the
 * server closes, but one that was at work would stay open for its whole keep-alive time and hold up the shutdown; and a
 * client that keeps connections would send its next request on one that is just being closed.
 */
export function endConnectionsWhenStopping(fastify: FastifyInstance, isToStop: () => boolean): void {
  let isClosing = false;
  fastify.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing || isToStop()) void reply.header('connection', 'close');
    done(null, payload);
  });
}
