import type { DomainError } from '@app/contracts';
import { VirtualRuntime } from '@app/messaging';
import { AttemptRateLimiter } from './attempt-rate-limiter';

function refusalOf(take: () => void): DomainError | null {
  try {
    take();
    return null;
  } catch (error) {
    return error as DomainError;
  }
}

describe('the rate limit of an attempt', () => {
  test('a burst passes, the request after it is told when to come back', () => {
    const limiter = new AttemptRateLimiter({ perSecond: 0.5, burst: 3 }, new VirtualRuntime());
    for (let request = 0; request < 3; request++) limiter.take('a');
    const refusal = refusalOf(() => limiter.take('a'));
    expect(refusal).toMatchObject({ code: 'request.too-many', options: { retryAfterSeconds: 2 } });
  });

  test('what one attempt uses up another still has', () => {
    const limiter = new AttemptRateLimiter({ perSecond: 1, burst: 1 }, new VirtualRuntime());
    limiter.take('a');
    expect(refusalOf(() => limiter.take('b'))).toBeNull();
  });

  test('the bucket fills with time, and no further than the burst', async () => {
    const runtime = new VirtualRuntime();
    const limiter = new AttemptRateLimiter({ perSecond: 2, burst: 2 }, runtime);
    limiter.take('a');
    limiter.take('a');
    await runtime.advance(500);
    expect(refusalOf(() => limiter.take('a'))).toBeNull();
    expect(refusalOf(() => limiter.take('a'))).not.toBeNull();
    await runtime.advance(60_000);
    limiter.take('a');
    limiter.take('a');
    expect(refusalOf(() => limiter.take('a'))).not.toBeNull();
  });

  test('a refused request costs nothing', async () => {
    const runtime = new VirtualRuntime();
    const limiter = new AttemptRateLimiter({ perSecond: 1, burst: 1 }, runtime);
    limiter.take('a');
    for (let request = 0; request < 10; request++) refusalOf(() => limiter.take('a'));
    await runtime.advance(1_000);
    expect(refusalOf(() => limiter.take('a'))).toBeNull();
  });

  test('the number of attempts remembered has a bound', () => {
    const limiter = new AttemptRateLimiter({ perSecond: 0.001, burst: 1 }, new VirtualRuntime(), 2);
    limiter.take('a');
    limiter.take('b');
    limiter.take('c');
    expect(refusalOf(() => limiter.take('c'))).not.toBeNull();
    expect(refusalOf(() => limiter.take('b'))).not.toBeNull();
    expect(refusalOf(() => limiter.take('a'))).toBeNull();
  });
});
