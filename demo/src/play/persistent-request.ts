import { setTimeout as sleep } from 'node:timers/promises';
import { NoReply, Refused } from '../client/http.client';
import type { PlayObserver } from './play-observer';

/** Pause before a request is made again where the server gave none; a restart takes a few seconds. */
const PAUSE_MS = 200;
/** Longer than any restart: after it something is broken. */
const GIVE_UP_AFTER_MS = 90_000;

const REPEATED_STATUSES = new Set([429, 502, 503, 504]);

export interface Caller {
  readonly cluster: number;
  readonly who: string;
  readonly observer: PlayObserver;
}

/**
 * Makes a request until it gets a reply that settles it, as a careful client does: every request of a participant can
 * be repeated without a further effect.
 *
 * @param onRefusal sees each refusal before the repeat, for replies that settle a part
 */
export async function persist<T>(
  what: string,
  { cluster, who, observer }: Caller,
  attempt: () => Promise<T>,
  onRefusal: (refused: Refused) => void = () => undefined,
): Promise<T> {
  const giveUpAtMs = Date.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isRepeatable(error) || Date.now() > giveUpAtMs) throw error;
      if (error instanceof Refused) onRefusal(error);
      if (isUnknown(error)) observer.outcomeUnknown(cluster, who, what, reasonOf(error));
      else observer.notTaken(cluster, what, reasonOf(error));
      await sleep(error instanceof Refused ? (error.retryAfterMs ?? PAUSE_MS) : PAUSE_MS);
    }
  }
}

function isRepeatable(error: unknown): error is NoReply | Refused {
  return error instanceof NoReply || (error instanceof Refused && REPEATED_STATUSES.has(error.status));
}

function isUnknown(error: NoReply | Refused): boolean {
  return error instanceof NoReply ? error.mayHaveArrived : error.code === 'answer.unknown' || error.status === 504;
}

function reasonOf(error: NoReply | Refused): string {
  return error instanceof Refused ? error.code : error.message;
}
