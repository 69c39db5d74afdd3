import {
  buildEvent,
  type ResultReleased,
  type ResultRescored,
  type ResultScored,
  type ResultWithheld,
} from '@app/contracts';
import type { OutboxEvent } from '@app/messaging';
import { SCORING_SOURCE } from '../scoring.tokens';
import type { Release, Withholding } from './publication.repository';

/** No clock where none is needed: the same closing gives the same bytes whenever it is scored. */
export function scoredEvent(result: ResultScored): OutboxEvent {
  const id = `${result.attemptId}/scored/${result.closing}`;
  return outboxEvent('resultScored', id, result.closedAt, result);
}

export function rescoredEvent(result: ResultRescored, time: string): OutboxEvent {
  const id = `${result.attemptId}/rescored/${result.closing}/${result.rescoringId}`;
  return outboxEvent('resultRescored', id, time, result);
}

/** Says that there is a result, but not what it is. */
export function withheldEvent(result: ResultScored, revision: number, withholding: Withholding): OutboxEvent {
  const { analyticsId, attemptId, sessionId, agency, formId, formVersion, closing, root, closedAt } = result;
  const { withholdingId, reasonCode, actor, at } = withholding;
  const data: ResultWithheld = {
    analyticsId,
    attemptId,
    sessionId,
    agency,
    formId,
    formVersion,
    closing,
    root,
    package: result.package,
    revision,
    withholdingId,
    reasonCode,
    actor,
    closedAt,
  };
  return outboxEvent('resultWithheld', `${attemptId}/withheld/${closing}/${revision}/${withholdingId}`, iso(at), data);
}

export function releasedEvent(result: ResultScored, revision: number, release: Release): OutboxEvent {
  const { releaseId, reasonCode, proposedBy } = release;
  const at = iso(release.confirmedAt!);
  const confirmedBy = release.confirmedBy!;
  const data: ResultReleased = { ...result, revision, releaseId, reasonCode, proposedBy, confirmedBy, at };
  const id = `${result.attemptId}/released/${result.closing}/${revision}/${releaseId}`;
  return outboxEvent('resultReleased', id, at, data);
}

function outboxEvent(
  name: 'resultScored' | 'resultRescored' | 'resultWithheld' | 'resultReleased',
  id: string,
  time: string,
  data: { readonly analyticsId: string },
): OutboxEvent {
  const event = buildEvent(name, { id, source: SCORING_SOURCE, subject: data.analyticsId, time, data });
  return { topic: 'results', key: data.analyticsId, event };
}

/** Databases hand dates back as Date objects; events carry milliseconds. */
function iso(at: Date): string {
  return new Date(at).toISOString();
}
