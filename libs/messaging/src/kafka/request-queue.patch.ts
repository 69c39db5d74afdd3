import { createHash } from 'node:crypto';
import { RequestQueue } from './kafkajs.internals';

/**
 * kafkajs 2.2.4 re-arms a timer of 1 ms for ever on every connection, also when nothing waits to be sent: an idle client
 * of three brokers burns 12 to 15 % of a core. The patched method arms a timer only for requests that really wait.
 */

/** SHA-256 of the method that the patch replaces: anything else is left alone, and a test fails. */
export const PATCHED_METHOD_SHA256 = '04347ea969c6f2e3754427c0cbaee0bd4ce947fbd82f7b6e027506a06dfc581a';

/** How often requests that wait for a free slot, not for the end of a throttle, are looked at; as in kafkajs. */
const CHECK_INTERVAL_MS = 10;

const original = Object.getOwnPropertyDescriptor(RequestQueue.prototype, 'scheduleCheckPendingRequests')!
  .value as RequestQueue['scheduleCheckPendingRequests'];

export function fingerprintOfRequestQueue(): string {
  return createHash('sha256').update(original.toString()).digest('hex');
}

/** @returns whether the patch is in place */
export function patchRequestQueue(): boolean {
  if (fingerprintOfRequestQueue() !== PATCHED_METHOD_SHA256) return false;
  RequestQueue.prototype.scheduleCheckPendingRequests = schedulePendingRequestsOnly;
  return true;
}

/** For the test that shows what the patch is for. */
export function unpatchRequestQueue(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = original;
}

function schedulePendingRequestsOnly(this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId) return;
  const throttledForMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledForMs > 0 ? throttledForMs : CHECK_INTERVAL_MS,
  );
}
