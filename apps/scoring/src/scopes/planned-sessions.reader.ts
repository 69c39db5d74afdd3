import { decodeRecord, type SessionPlanned, TOPICS } from '@app/contracts';
import type { EventLog } from '@app/messaging';
import { rangesOf, recordsOf } from '../rescoring/log-reader';

/** Reads the log of plans from its first record on: the latest plan of every session. */
export async function readSessions(log: EventLog): Promise<Map<string, SessionPlanned>> {
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
  return latest;
}
