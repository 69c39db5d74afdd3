import { DomainError } from '@app/contracts';
import type { Runtime } from '@app/messaging';

/** Attempts remembered at once; each takes about 100 bytes. A forgotten attempt begins with a full bucket. */
const ATTEMPTS_MAX = 100_000;

export interface RateLimit {
  readonly perSecond: number;
  /** Requests that may come at once after a rest. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/**
 * A token bucket per attempt, in this process. Never per address: a whole site of 200 seats sits behind one. What it
 * stops is one broken or hostile client; overload by many is the load shedder's part.
 */
export class AttemptRateLimiter {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly limit: RateLimit,
    private readonly runtime: Runtime,
    private readonly attemptsMax = ATTEMPTS_MAX,
  ) {}

  /** @throws DomainError `request.too-many` */
  take(attemptId: string): void {
    const nowMs = this.runtime.monotonicMs();
    const bucket = this.bucketOf(attemptId, nowMs);
    const gained = ((nowMs - bucket.filledAtMs) / 1_000) * this.limit.perSecond;
    bucket.tokens = Math.min(this.limit.burst, bucket.tokens + gained);
    bucket.filledAtMs = nowMs;
    if (bucket.tokens < 1) {
      const retryAfterSeconds = Math.ceil((1 - bucket.tokens) / this.limit.perSecond);
      throw new DomainError('request.too-many', undefined, { retryAfterSeconds });
    }
    bucket.tokens -= 1;
  }

  private bucketOf(attemptId: string, nowMs: number): Bucket {
    const known = this.buckets.get(attemptId);
    if (known) return known;
    const bucket = { tokens: this.limit.burst, filledAtMs: nowMs };
    if (this.buckets.size >= this.attemptsMax) this.dropFirst();
    this.buckets.set(attemptId, bucket);
    return bucket;
  }

  private dropFirst(): void {
    const first = this.buckets.keys().next();
    if (!first.done) this.buckets.delete(first.value);
  }
}
