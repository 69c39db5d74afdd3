import { type AttemptClosed, decodeRecord, EVENTS, TOPICS } from '@app/contracts';
import type { LogRecord } from '@app/messaging';

/** Tells closings whose record has passed every check before. */
export type IsKnown = (closed: AttemptClosed) => boolean;

/**
 * The closing in a record of the log; null where the record is none that a consumer would have taken.
 *
 * Checking a large closing against its schema takes as long as scoring it. A closing that has a published result was
 * checked when that was made, and records never change.
 */
export function closingIn({ key, value }: LogRecord, isKnown: IsKnown): AttemptClosed | null {
  const parsed = parsedClosing(key, value);
  if (parsed && isKnown(parsed)) return parsed;
  const decoded = decodeRecord(TOPICS.responses.name, key, value);
  return decoded.ok && decoded.name === 'attemptClosed' ? (decoded.event.data as AttemptClosed) : null;
}

function parsedClosing(key: string, value: string): AttemptClosed | null {
  try {
    const event = JSON.parse(value) as { type?: string; subject?: string; data?: AttemptClosed };
    const isClosing = event.type === EVENTS.attemptClosed.type && event.subject === key;
    return isClosing && event.data?.attemptId === key ? event.data : null;
  } catch {
    return null;
  }
}
