import type { FaultLine, HistoryLine, IntentLine, OutcomeLine, RunLine } from '../../load/history/history.format';
import type { HistoryEvidence, Operation, Try } from './evidence';

interface Draft {
  readonly kind: IntentLine['kind'];
  readonly intents: Map<number, IntentLine>;
  readonly outcomes: Map<number, OutcomeLine>;
}

/** Puts the lines of a history together by operation. */
export async function gatherHistory(
  lines: AsyncIterable<HistoryLine> | Iterable<HistoryLine>,
): Promise<HistoryEvidence> {
  let run: RunLine | null = null;
  let endedMs: number | null = null;
  const faults: FaultLine[] = [];
  const drafts = new Map<string, Draft>();
  for await (const line of lines) {
    if (line.phase === 'run') run = line;
    else if (line.phase === 'end') endedMs = line.atMs;
    else if (line.phase === 'fault') faults.push(line);
    else enter(drafts, line);
  }
  return { run, faults, endedMs, operations: [...drafts].map(([op, draft]) => operationOf(op, draft)) };
}

function enter(drafts: Map<string, Draft>, line: IntentLine | OutcomeLine): void {
  const draft = drafts.get(line.op) ?? { kind: line.kind, intents: new Map(), outcomes: new Map() };
  drafts.set(line.op, draft);
  if (line.phase === 'intent') draft.intents.set(line.try, line);
  else draft.outcomes.set(line.try, line);
}

function operationOf(op: string, { kind, intents, outcomes }: Draft): Operation {
  const tries: Try[] = [...intents.values()]
    .sort((a, b) => a.try - b.try)
    .map((intent) => ({ intent, outcome: outcomes.get(intent.try) ?? null }));
  const found = tries.map(({ outcome }) => outcome?.outcome ?? 'unknown');
  const outcome = found.includes('ok') ? 'ok' : found.includes('unknown') ? 'unknown' : 'fail';
  return { op, kind, tries, outcome };
}
