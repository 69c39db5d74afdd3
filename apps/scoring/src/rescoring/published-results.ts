import type { ResultScored } from '@app/contracts';
import type { EventLog } from '@app/messaging';
import type { PackageVersion } from '../packages/packages.repository';
import type { Saying } from './domain/rescored-row';
import { readSessions } from '../scopes/planned-sessions.reader';
import { rangesOf, recordsOf } from './log-reader';

/** Which result of an attempt is the latest that was told of. */
export interface PublishedResult {
  readonly closing: number;
  readonly revision: number;
  readonly package: PackageVersion;
  /** What was said of the person; null of a withheld result. */
  readonly said: Saying | null;
}

/** What one needs of any event that names a result. */
type ResultNaming = Pick<ResultScored, 'attemptId' | 'closing' | 'package'> &
  Partial<Saying> & { readonly revision?: number };

/** Reads the log of results from its first record on: the latest result of every attempt, whatever tables say. */
export async function readPublishedResults(log: EventLog): Promise<Map<string, PublishedResult>> {
  const published = new Map<string, PublishedResult>();
  for (const [partition, range] of await rangesOf(log, 'results')) {
    for await (const page of recordsOf(log, 'results', partition, range)) {
      for (const { value } of page) {
        const found = resultIn(value);
        if (found) note(published, found);
      }
    }
  }
  return published;
}

/** For which cluster each session was planned last, by the log. */
export async function readClusters(log: EventLog): Promise<Map<string, string>> {
  const sessions = await readSessions(log);
  return new Map([...sessions.values()].map(({ sessionId, cluster }) => [sessionId, String(cluster)]));
}

function note(
  published: Map<string, PublishedResult>,
  { attemptId, closing, revision = 1, ...rest }: ResultNaming,
): void {
  const before = published.get(attemptId);
  const isLater = !before || closing > before.closing || (closing === before.closing && revision >= before.revision);
  if (isLater) published.set(attemptId, { closing, revision, package: rest.package, said: sayingIn(rest) });
}

/** Keeps no more of an event than is compared: a year of results has to fit in memory. */
function sayingIn({ scales, jobPersonMatch, potential, nineBox }: Partial<Saying>): Saying | null {
  return scales ? { scales, jobPersonMatch, potential, nineBox } : null;
}

/** This service wrote these records and checked them as it did, so their schema is not checked again. */
function resultIn(value: string): ResultNaming | null {
  let event: { readonly type?: string; readonly data?: Partial<ResultNaming> };
  try {
    event = JSON.parse(value) as typeof event;
  } catch {
    return null;
  }
  const isResult = event.type?.startsWith('petabakat.result.') ?? false;
  return isResult && event.data?.attemptId !== undefined ? (event.data as ResultNaming) : null;
}
