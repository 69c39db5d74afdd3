import { RequestQueue } from './kafkajs.internals';
import {
  fingerprintOfRequestQueue,
  PATCHED_METHOD_SHA256,
  patchRequestQueue,
  unpatchRequestQueue,
} from './request-queue.patch';

/** Time in which an unpatched queue sets its timer some hundred times. */
const IDLE_MS = 200;

const logger = { debug: () => undefined, warn: () => undefined };

function newQueue(): RequestQueue {
  const options = { maxInFlightRequests: null, requestTimeout: 1_000, enforceRequestTimeout: false, logger };
  return new (RequestQueue as unknown as new (options: object) => RequestQueue)(options);
}

async function timersWhileIdle(): Promise<number> {
  const queue = newQueue();
  const setTimer = jest.spyOn(global, 'setTimeout');
  try {
    // What every answer of a broker does at its end.
    queue.checkPendingRequests();
    await new Promise((resolve) => setImmediate(resolve));
    const before = setTimer.mock.calls.length;
    const endMs = Date.now() + IDLE_MS;
    while (Date.now() < endMs) await new Promise((resolve) => setImmediate(resolve));
    return setTimer.mock.calls.length - before;
  } finally {
    setTimer.mockRestore();
    if (queue.throttleCheckTimeoutId) clearTimeout(queue.throttleCheckTimeoutId);
    queue.checkPendingRequests = () => undefined;
  }
}

describe('the patch of the request queue', () => {
  afterEach(() => unpatchRequestQueue());

  test('replaces the method it was written for, and no other', () => {
    expect(fingerprintOfRequestQueue()).toBe(PATCHED_METHOD_SHA256);
    expect(patchRequestQueue()).toBe(true);
  });

  test('an idle queue of kafkajs sets one timer after the other', async () => {
    unpatchRequestQueue();
    expect(await timersWhileIdle()).toBeGreaterThan(20);
  });

  test('a patched queue sets none', async () => {
    patchRequestQueue();
    expect(await timersWhileIdle()).toBe(0);
  });

  test('a patched queue still sends a request that had to wait for the end of a throttle', async () => {
    patchRequestQueue();
    const queue = newQueue();
    queue.throttledUntil = Date.now() + 30;
    const sentAtMs = new Promise<number>((resolve) => {
      queue.pending.push({ send: () => resolve(Date.now()), expectResponse: true, correlationId: 1 });
    });
    queue.scheduleCheckPendingRequests();
    expect(await sentAtMs).toBeGreaterThanOrEqual(queue.throttledUntil - 1);
  });
});
