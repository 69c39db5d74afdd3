import type { FaultLine } from '../load/history/history.format';
import { readHistory } from '../load/history/history.merge';

/** A kill, and what it met. */
export interface MetKill {
  readonly atMs: number;
  /** As the fault is named: `kill gateway-2`. */
  readonly name: string;
  /** Answers that had been sent and had no outcome yet. */
  readonly inFlight: number;
  /** Of the answers in flight, those whose outcome nobody learnt from that try. */
  readonly leftUnknown: number;
}

/** @param historyFile in the order of time, as `mergeHistories` writes it */
export async function killsMet(historyFile: string): Promise<MetKill[]> {
  const underWay = new Set<string>();
  const kills: { mark: FaultLine; met: ReadonlySet<string>; unknown: Set<string> }[] = [];
  for await (const line of readHistory(historyFile)) {
    if (line.phase === 'fault' && line.step === 'inject') {
      kills.push({ mark: line, met: new Set(underWay), unknown: new Set() });
    }
    if (line.phase !== 'intent' && line.phase !== 'outcome') continue;
    if (line.kind !== 'answer') continue;
    const one = `${line.op} ${line.try}`;
    if (line.phase === 'intent') underWay.add(one);
    else {
      underWay.delete(one);
      if (line.outcome === 'unknown') for (const { met, unknown } of kills) if (met.has(one)) unknown.add(one);
    }
  }
  return kills.map(({ mark, met, unknown }) => {
    return { atMs: mark.atMs, name: mark.name, inFlight: met.size, leftUnknown: unknown.size };
  });
}
