import { Client } from 'pg';

/** What node-postgres calls a query that was not answered within `query_timeout`. */
const NOT_ANSWERED = 'Query read timeout';

/**
 * A connection that does not outlive a query without an answer. node-postgres gives up the query alone: whoever gets the
 * connection next would wait behind it until the network gives the connection up, a quarter of an hour later.
 */
export class ImpatientClient extends Client {
  // node-postgres declares nine forms of this; all that use promises come through here.
  override query(...given: unknown[]): never {
    const forward = super.query.bind(this) as (...given: unknown[]) => unknown;
    const answer = forward(...given);
    if (answer instanceof Promise) {
      answer.catch((error: Error) => {
        if (error.message === NOT_ANSWERED) this.destroySocket();
      });
    }
    return answer as never;
  }

  private destroySocket(): void {
    const { stream } = (this as unknown as { connection: { stream: { destroy(): void } } }).connection;
    stream.destroy();
  }
}
