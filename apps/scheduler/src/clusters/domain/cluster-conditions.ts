import { type ClusterStatus, type GateSnapshot, RUNNING_STATES } from './cluster-status';

/** Beside the state, not instead of it: what is true of a cluster, each condition by itself. */
export interface Condition {
  readonly type: string;
  readonly status: 'true' | 'false' | 'unknown';
  readonly reason: string;
  readonly message: string;
  /** Since when it is so; null where nothing was ever said. */
  readonly since: string | null;
}

/** The gate that speaks for each condition. */
const SPEAKERS: Readonly<Record<string, string>> = {
  RosterSynced: 'roster-sync',
  SitesReady: 'rehearsal',
  VersionParity: 'parity',
  CapacitySufficient: 'seats',
  IncidentFree: 'incidents',
  ScoringCaughtUp: 'scoring-lag',
  IntegrityVerified: 'integrity',
  ResultQuality: 'result-quality',
};

/** A running cluster in which nothing has changed for so long is reported as stalled; nothing is stopped by that. */
const STALL_MS = 7 * 24 * 60 * 60 * 1000;

const STATUS_OF = { passed: 'true', failed: 'false', inconclusive: 'unknown' } as const;

export function conditionsOf(
  status: ClusterStatus,
  latest: ReadonlyMap<string, GateSnapshot>,
  since: ReadonlyMap<string, string>,
  now: string,
): Condition[] {
  const spoken = Object.entries(SPEAKERS).map(([type, gate]) => spokenBy(type, latest.get(gate), since.get(gate)));
  return [...spoken, progressing(status, latest, now), policyHold(status)];
}

function spokenBy(type: string, gate: GateSnapshot | undefined, since: string | undefined): Condition {
  if (!gate) return { type, status: 'unknown', reason: 'not-evaluated', message: 'no gate has spoken', since: null };
  const message = `gate ${gate.gate}, evaluation ${gate.evaluation} of ${gate.at}`;
  return { type, status: STATUS_OF[gate.outcome], reason: gate.reasonCode, message, since: since ?? gate.at };
}

/** Every person who sits changes the figures of coverage, so a gate that says the same says that nobody sits. */
function progressing(status: ClusterStatus, latest: ReadonlyMap<string, GateSnapshot>, now: string): Condition {
  const type = 'Progressing';
  const stepAt = status.transitions.at(-1)?.at ?? null;
  if (!RUNNING_STATES.includes(status.state)) {
    return { type, status: 'unknown', reason: 'not-running', message: `the cluster is ${status.state}`, since: stepAt };
  }
  const moments = [stepAt, latest.get('coverage')?.at ?? null].filter((at) => at !== null).sort();
  const changedAt = moments.at(-1) ?? null;
  const stalled = changedAt !== null && Date.parse(now) - Date.parse(changedAt) > STALL_MS;
  return stalled
    ? { type, status: 'false', reason: 'stalled', message: `nothing has changed since ${changedAt}`, since: changedAt }
    : { type, status: 'true', reason: 'moving', message: `last change ${changedAt ?? 'unknown'}`, since: stepAt };
}

/** A hold by people, as opposed to one by a gate. */
function policyHold(status: ClusterStatus): Condition {
  const type = 'PolicyHold';
  const last = status.transitions.at(-1);
  const holds = last?.step === 'hold' && !last.actors.includes('gate');
  if (!last || !holds) return { type, status: 'false', reason: 'none', message: '', since: last?.at ?? null };
  return { type, status: 'true', reason: last.reasonCode, message: `by ${last.actors.join(', ')}`, since: last.at };
}
