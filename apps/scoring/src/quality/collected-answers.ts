import { createHash } from 'node:crypto';
import { type AttemptClosed, decodeRecord, type SessionPlanned, TOPICS } from '@app/contracts';
import type { EventLog } from '@app/messaging';
import { rangesOf, recordsOf } from '../rescoring/log-reader';
import { readSessions } from '../scopes/planned-sessions.reader';
import { layoutOf, ResponsesMalformed } from '../scoring/domain/form-layout';
import { responseKinds } from '../scoring/domain/missing-responses';
import { creditOf } from '../scoring/domain/score';
import { highestCredit, type Scale, type ScoringPackage } from '../scoring/domain/scoring-package';
import type { ScaleAnswers, ScoredItem } from './domain/quality-report';

/** One attempt, as far as an analysis of items needs it. */
export interface CollectedAttempt {
  readonly attemptId: string;
  readonly root: string;
  readonly agency: string;
  readonly jobLevel: string | null;
  readonly cluster: string | null;
  readonly site: string | null;
  readonly closing: number;
  /** Per scale of the package; null where the form does not deliver all of its items. */
  readonly scales: readonly (ScaleAnswers | null)[];
}

/** Reads from the log the latest closing of every attempt at the package's form. */
export async function collectAnswers(log: EventLog, scoringPackage: ScoringPackage): Promise<CollectedAttempt[]> {
  const sessions = await readSessions(log);
  const { formId, version } = scoringPackage.form;
  const scales = scoringPackage.scales.map((scale) => countingItems(scoringPackage, scale).map(({ itemId }) => itemId));
  const attempts = new Map<string, CollectedAttempt>();
  for (const [partition, range] of await rangesOf(log, 'responses')) {
    for await (const page of recordsOf(log, 'responses', partition, range)) {
      for (const { key, value } of page) {
        const decoded = decodeRecord(TOPICS.responses.name, key, value);
        if (!decoded.ok || decoded.name !== 'attemptClosed') continue;
        const closed = decoded.event.data as AttemptClosed;
        if (closed.form.formId !== formId || closed.form.version !== version) continue;
        if (closed.closing <= (attempts.get(closed.attemptId)?.closing ?? 0)) continue;
        const attempt = collect(closed, scoringPackage, scales, sessions.get(closed.sessionId));
        if (attempt) attempts.set(closed.attemptId, attempt);
      }
    }
  }
  return [...attempts.values()].toSorted((a, b) => (a.attemptId < b.attemptId ? -1 : 1));
}

/** SHA-256 over the roots of attempts in the order of their ids: names exactly which answers were analysed. */
export function answersHashOf(attempts: readonly CollectedAttempt[]): string {
  const hash = createHash('sha256');
  for (const { attemptId, root } of attempts) hash.update(`${attemptId} ${root}\n`);
  return hash.digest('hex');
}

/** Items of a scale that count, with the worth of their options. */
export function countingItems({ items }: ScoringPackage, { itemIds }: Scale): ScoredItem[] {
  const itemOf = new Map(items.map((item) => [item.itemId, item]));
  return itemIds.flatMap((itemId) => {
    const item = itemOf.get(itemId)!;
    if (item.withdrawn) return [];
    const worth = (option: string) =>
      item.credits ? (item.credits[option] ?? 0) : Number(String(item.key) === option);
    return [{ itemId, highest: highestCredit(item), creditOf: worth }];
  });
}

function collect(
  closed: AttemptClosed,
  scoringPackage: ScoringPackage,
  scales: readonly (readonly string[])[],
  session: SessionPlanned | undefined,
): CollectedAttempt | null {
  try {
    const { place, sections } = layoutOf(closed);
    const kinds = responseKinds(closed, sections);
    return {
      attemptId: closed.attemptId,
      root: closed.root,
      agency: closed.agency,
      jobLevel: closed.jobLevel,
      cluster: session ? String(session.cluster) : null,
      site: session?.siteId ?? null,
      closing: closed.closing,
      scales: scales.map((itemIds) => {
        if (!itemIds.every((itemId) => place.has(itemId))) return null;
        const places = itemIds.map((itemId) => place.get(itemId)!);
        return {
          credits: itemIds.map((itemId) => creditOf(closed, scoringPackage, itemId) ?? 0),
          choices: places.map((at) => textOf(closed.responses[at]!)),
          missing: places.map((at) => (kinds[at] === 'answered' ? null : (kinds[at] as 'omitted' | 'not-reached'))),
        };
      }),
    };
  } catch (error) {
    // What no package can read went to the dead letters when it was to be scored.
    if (error instanceof ResponsesMalformed) return null;
    throw error;
  }
}

function textOf(response: AttemptClosed['responses'][number]): string | null {
  if (response === null) return null;
  return Array.isArray(response) ? response.join(' ') : String(response);
}
