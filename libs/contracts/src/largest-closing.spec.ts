import { buildEvent, decodeRecord } from './event-codec';
import { type AttemptClosed, FORM_ITEMS_MAX, RESPONSE_BYTES_MAX } from './events';
import { CLOSING_BYTES_MAX, RECORD_BYTES_MAX, TOPICS, recordBytesMaxOf } from './topics';

const LONGEST_ID = 'a'.repeat(64);
const MOMENT = '2026-11-22T01:02:03.004Z';
/** Three bytes in UTF-8, one character. */
const WIDE = '€';

/** A response of as many bytes as JSON as the gateway takes. */
function longestResponse(): string {
  const text = WIDE.repeat(Math.floor((RESPONSE_BYTES_MAX - 2) / 3));
  return text + 'x'.repeat(RESPONSE_BYTES_MAX - 2 - Buffer.byteLength(text));
}

/** Every field as long as its schema, or the gateway, lets it be. */
function largestClosing(items: number): AttemptClosed {
  const column = <T>(entry: (index: number) => T): T[] => Array.from({ length: items }, (_, index) => entry(index));
  const itemIds = column((index) => `${index}`.padStart(64, 'i'));
  const response = longestResponse();
  return {
    attemptId: LONGEST_ID,
    closing: Number.MAX_SAFE_INTEGER,
    analyticsId: LONGEST_ID,
    sessionId: LONGEST_ID,
    agency: LONGEST_ID,
    form: {
      formId: LONGEST_ID,
      version: Number.MAX_SAFE_INTEGER,
      hash: 'f'.repeat(64),
      sections: [{ sectionId: LONGEST_ID, itemIds }],
    },
    jobLevel: LONGEST_ID,
    performance: LONGEST_ID,
    closedBy: 'submitted',
    startedAt: MOMENT,
    closedAt: MOMENT,
    creditedSeconds: 604_800,
    resumes: Number.MAX_SAFE_INTEGER,
    itemIds,
    responses: column(() => response),
    seqs: column(() => 2 ** 52),
    // The gateway takes visible characters only; JSON writes each of these as two.
    answeredAt: column(() => '"'.repeat(40)),
    receivedAt: column(() => MOMENT),
    revisions: column(() => Number.MAX_SAFE_INTEGER),
    counts: {
      recorded: Number.MAX_SAFE_INTEGER,
      counted: Number.MAX_SAFE_INTEGER,
      superseded: Number.MAX_SAFE_INTEGER,
      late: Number.MAX_SAFE_INTEGER,
      olderEpoch: Number.MAX_SAFE_INTEGER,
      unexpected: Number.MAX_SAFE_INTEGER,
      conflicts: Number.MAX_SAFE_INTEGER,
    },
    root: 'f'.repeat(64),
  };
}

function recordOf(items: number): { key: string; value: string } {
  const event = buildEvent('attemptClosed', {
    id: `${LONGEST_ID}/closed/${Number.MAX_SAFE_INTEGER}`,
    source: '/petabakat/assessment',
    subject: LONGEST_ID,
    time: MOMENT,
    correlationId: '00000000-0000-4000-8000-000000000000',
    data: largestClosing(items),
  });
  return { key: LONGEST_ID, value: JSON.stringify(event) };
}

describe('the closing of an attempt at the largest form, every answer as long as it may be', () => {
  const { name } = TOPICS.responses;

  test('is an event of its topic and fits into one record, with little to spare', () => {
    const { key, value } = recordOf(FORM_ITEMS_MAX);
    expect(decodeRecord(name, key, value)).toMatchObject({ ok: true });
    const bytes = Buffer.byteLength(key) + Buffer.byteLength(value);
    expect(bytes).toBeLessThanOrEqual(recordBytesMaxOf(name));
    expect(bytes).toBeGreaterThan(0.98 * recordBytesMaxOf(name));
  });

  test('of a form with one item more is refused by the schema', () => {
    const { key, value } = recordOf(FORM_ITEMS_MAX + 1);
    expect(decodeRecord(name, key, value)).toMatchObject({ ok: false, code: 'record.schema-violated' });
  });

  test('is what the topic of closings alone makes room for', () => {
    expect(recordBytesMaxOf(name)).toBe(CLOSING_BYTES_MAX);
    for (const other of Object.values(TOPICS)) {
      if (other.name !== name) expect(recordBytesMaxOf(other.name)).toBe(RECORD_BYTES_MAX);
    }
  });
});
