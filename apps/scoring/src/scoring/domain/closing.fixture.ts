import type { AttemptClosed } from '@app/contracts';

const ROOT = 'a'.repeat(64);

/** A closing over one section, a response per item: text answers it, null clears it, undefined leaves it alone. */
export function closingOf(
  responses: readonly (string | number | null | undefined)[],
  fields: Partial<AttemptClosed> = {},
): AttemptClosed {
  const itemIds = responses.map((_, index) => `i${index + 1}`);
  const isRecorded = (index: number) => responses[index] !== undefined;
  return {
    attemptId: 'attempt-1',
    closing: 1,
    analyticsId: 'person-1',
    sessionId: 'session-1',
    agency: 'bkn',
    form: { formId: 'form-1', version: 1, hash: 'b'.repeat(64), sections: [{ sectionId: 's1', itemIds }] },
    jobLevel: null,
    performance: null,
    closedBy: 'submitted',
    startedAt: '2026-01-01T02:00:00.000Z',
    closedAt: '2026-01-01T03:00:00.000Z',
    creditedSeconds: 0,
    resumes: 0,
    itemIds,
    responses: responses.map((response) => response ?? null),
    seqs: itemIds.map((_, index) => (isRecorded(index) ? 1_048_577 + index : null)),
    answeredAt: itemIds.map(() => null),
    receivedAt: itemIds.map((_, index) => (isRecorded(index) ? '2026-01-01T02:30:00.000Z' : null)),
    revisions: itemIds.map((_, index) => (isRecorded(index) ? 1 : 0)),
    counts: { recorded: 0, counted: 0, superseded: 0, late: 0, olderEpoch: 0, unexpected: 0, conflicts: 0 },
    root: ROOT,
    ...fields,
  };
}
