import { Redis } from 'ioredis';
import {
  ATTEMPT_VIEW_STATUSES,
  type AttemptView,
  type AttemptViewStatus,
  type AttemptViews,
  ViewsUnavailable,
  lifetimeMsOf,
} from './attempt-views';

/** The answer route waits for a view at most this long; an answer without a view is appended all the same. */
const COMMAND_TIMEOUT_MS = 100;
/** A connection on which nothing comes back is given up, so that commands do not pile up behind it. */
const SOCKET_TIMEOUT_MS = 1_000;
/** Redis stands in the same network: a connection that takes longer will not come. */
const CONNECT_TIMEOUT_MS = 1_000;
/** Nothing is in flight at the end that would be worth waiting for. */
const DISCONNECT_TIMEOUT_MS = 100;
/** Views are missed from the moment they are back; one attempt a second costs nothing. */
const RECONNECT_DELAY_MAX_MS = 1_000;
/** Views written with one round trip; keeps a single write far below the command timeout. */
const PUT_BATCH_MAX = 200;
const KEY_PREFIX = 'petabakat:attempt-view:';

/**
 * Compares and writes in one step: two writers cannot interleave, and a late one does not set a view back. Sent as text
 * each time (Redis keeps it compiled): views change a few times per attempt, and a restarted Redis needs no reload.
 */
const PUT_UNLESS_OLDER = `
local known = redis.call('HGET', KEYS[1], 'version')
if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'view', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

export interface RedisAttemptViewsOptions {
  readonly url: string;
  /** How long a command may take; 100 where it says nothing. */
  readonly commandTimeoutMs?: number;
  /** Told of each lost or refused connection; the views reconnect by themselves. */
  readonly onConnectionError?: (error: Error) => void;
}

/** Views in Redis. A Redis that is away or hangs makes every call fail in that time; nothing is queued for it. */
export class RedisAttemptViews implements AttemptViews {
  private readonly redis: Redis;

  constructor(options: RedisAttemptViewsOptions) {
    this.redis = new Redis(options.url, {
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(attempt * 50, RECONNECT_DELAY_MAX_MS),
    });
    this.redis.on('error', (error: Error) => options.onConnectionError?.(error));
  }

  /** Resolves once Redis answers; for a start that wants to know. */
  async connected(timeoutMs: number): Promise<void> {
    if (this.redis.status === 'ready') return;
    await new Promise<void>((resolve, reject) => {
      const finish = (error?: Error) => {
        clearTimeout(timer);
        this.redis.off('ready', finish);
        if (error) reject(error);
        else resolve();
      };
      const timer = setTimeout(() => finish(new ViewsUnavailable('no connection in time')), timeoutMs);
      this.redis.once('ready', finish);
    });
  }

  async get(attemptId: string): Promise<AttemptView | null> {
    const text = await this.answered(this.redis.hget(KEY_PREFIX + attemptId, 'view'));
    return text === null ? null : readView(attemptId, text);
  }

  async put(views: readonly AttemptView[]): Promise<void> {
    for (let from = 0; from < views.length; from += PUT_BATCH_MAX) {
      const pipeline = this.redis.pipeline();
      for (const view of views.slice(from, from + PUT_BATCH_MAX)) {
        const key = KEY_PREFIX + view.attemptId;
        pipeline.eval(PUT_UNLESS_OLDER, 1, key, view.version, JSON.stringify(view), lifetimeMsOf(view));
      }
      const results = await this.answered(pipeline.exec());
      const failure = results?.find(([error]) => error !== null)?.[0];
      if (failure) throw new ViewsUnavailable(failure);
    }
  }

  async ping(): Promise<void> {
    await this.answered(this.redis.ping());
  }

  close(): Promise<void> {
    // Nothing waits for an answer that would be worth a QUIT.
    this.redis.disconnect();
    return Promise.resolve();
  }

  private async answered<T>(reply: Promise<T>): Promise<T> {
    try {
      return await reply;
    } catch (error) {
      throw new ViewsUnavailable(error);
    }
  }
}

/** A view of another release may have another shape; an unreadable one is as good as none. */
function readView(attemptId: string, text: string): AttemptView | null {
  let parsed: Partial<Record<keyof AttemptView, unknown>> | null;
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { epoch, status, deadlineMs, itemIds, version } = parsed;
  const readable =
    parsed.attemptId === attemptId &&
    Number.isSafeInteger(epoch) &&
    Number.isSafeInteger(version) &&
    (deadlineMs === null || Number.isSafeInteger(deadlineMs)) &&
    ATTEMPT_VIEW_STATUSES.includes(status as AttemptViewStatus) &&
    Array.isArray(itemIds) &&
    itemIds.every((itemId) => typeof itemId === 'string');
  return readable ? (parsed as AttemptView) : null;
}
