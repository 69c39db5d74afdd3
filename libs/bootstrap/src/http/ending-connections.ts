import type { FastifyInstance } from 'fastify';

/**
 * Lets a connection end with the request it carries once the server stops. Idle connections are closed at once, but one
 * that was at work would stay open for its whole keep-alive time and hold up the shutdown of the process.
 */
export function endConnectionsWhenStopping(fastify: FastifyInstance): void {
  let isStopping = false;
  fastify.addHook('preClose', (done) => {
    isStopping = true;
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping) void reply.header('connection', 'close');
    done(null, payload);
  });
}
