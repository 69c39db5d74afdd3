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
        if (error.message === NOT_ANSWERED) this.giveUp();
      });
    }
    return answer as never;
  }

  /** At once, so that a pool that gets the connection back in this very turn does not hand it out again. */
  private giveUp(): void {
    const inner = this as unknown as Internals;
    inner._queryable = false;
    inner.connection.stream.destroy();
  }
}

/** What node-postgres and its pool look at. */
interface Internals {
  _queryable: boolean;
  readonly connection: { readonly stream: { destroy(): void } };
}
