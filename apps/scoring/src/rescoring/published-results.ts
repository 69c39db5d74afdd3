import { decodeRecord, type ResultScored, type SessionPlanned, TOPICS } from '@app/contracts';
import type { EventLog } from '@app/messaging';
import type { PackageVersion } from '../packages/packages.repository';
import { rangesOf, recordsOf } from './log-reader';

/** Which result of an attempt is the latest that was told of. */
export interface PublishedResult {
  readonly closing: number;
  readonly revision: number;
  readonly package: PackageVersion;
}

/** What one needs of any event that names a result. */
type ResultNaming = Pick<ResultScored, 'attemptId' | 'closing' | 'package'> & { readonly revision?: number };

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

/** Reads the log of plans: for which cluster each session was planned last. */
export async function readClusters(log: EventLog): Promise<Map<string, string>> {
  const latest = new Map<string, SessionPlanned>();
  for (const [partition, range] of await rangesOf(log, 'plan')) {
    for await (const page of recordsOf(log, 'plan', partition, range)) {
      for (const { key, value } of page) {
        const decoded = decodeRecord(TOPICS.plan.name, key, value);
        if (!decoded.ok || decoded.name !== 'sessionPlanned') continue;
        const planned = decoded.event.data as SessionPlanned;
        if (planned.version > (latest.get(planned.sessionId)?.version ?? 0)) latest.set(planned.sessionId, planned);
      }
    }
  }
  return new Map([...latest.values()].map(({ sessionId, cluster }) => [sessionId, String(cluster)]));
}

function note(
  published: Map<string, PublishedResult>,
  { attemptId, closing, revision = 1, ...rest }: ResultNaming,
): void {
  const before = published.get(attemptId);
  const isLater = !before || closing > before.closing || (closing === before.closing && revision >= before.revision);
  if (isLater) published.set(attemptId, { closing, revision, package: rest.package });
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
