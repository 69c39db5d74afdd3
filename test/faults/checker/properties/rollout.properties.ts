import type { Coverage, NamedPosition } from '../coverage.fold';
import type { MembershipRow } from '../evidence';
import { PropertyCheck } from '../findings';
import type { CommonEvidence } from '../judged.evidence';
import type { RolloutRecord } from '../rollout.judge';

/** Where a cluster may go from each state, by what the event is called. docs/rollout.md, section "The states". */
const STEPS: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  promoted: [
    ['planned', 'ready'],
    ['canary', 'ramping'],
    ['canary', 'make-up'],
    ['ramping', 'ramping'],
    ['ramping', 'make-up'],
    ['held', 'canary'],
    ['held', 'ramping'],
    ['held', 'make-up'],
  ],
  opened: [
    ['ready', 'canary'],
    ['ready', 'ramping'],
  ],
  held: [
    ['canary', 'held'],
    ['ramping', 'held'],
    ['make-up', 'held'],
  ],
  aborted: ['canary', 'ramping', 'make-up', 'held'].map((from) => [from, 'aborted'] as const),
  closed: [
    ['ramping', 'closed'],
    ['make-up', 'closed'],
  ],
};
/** Evaluations count their days where the rollout is decided. */
const ROLLOUT_TIME_ZONE = 'Asia/Jakarta';
const GATE = 'gate';
const FIRST_VERSION = 1;

interface Step {
  readonly cluster: number;
  readonly version: number;
  readonly actors: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly sharePercent?: number;
  readonly gates?: readonly GateReference[];
}

interface GateReference {
  readonly cluster: number;
  readonly gate: string;
  readonly evaluation: number | null;
  readonly outcome: string;
  readonly overridden: boolean;
}

interface Evaluation {
  readonly cluster: number;
  readonly gate: string;
  readonly evaluation: number;
  readonly outcome: string;
  readonly figures: Readonly<Record<string, number | null>>;
  readonly positions: readonly NamedPosition[];
  readonly at: string;
}

/** P7: every cluster takes its steps in order, each once, on gates that said so, and a gate said what the log holds. */
export function checkRollout(common: CommonEvidence): PropertyCheck {
  const check = new PropertyCheck('P7');
  const said = saidByGates(common);
  for (const records of common.rollout.records.values()) {
    const cluster = new ClusterWalk(check, said);
    for (const record of records) {
      if (record.event.type === 'petabakat.gate.evaluated.v1') cluster.hear(record);
      else cluster.step(record);
    }
  }
  requireCounts(check, common);
  return check;
}

type Said = ReadonlyMap<string, { readonly outcome: string }>;

function saidByGates({ rollout }: CommonEvidence): Said {
  const said = new Map<string, Evaluation>();
  for (const { event } of evaluationsOf(rollout.records)) {
    const evaluation = event.data as unknown as Evaluation;
    said.set(nameOf(evaluation), evaluation);
  }
  return said;
}

function evaluationsOf(records: CommonEvidence['rollout']['records']): RolloutRecord[] {
  return [...records.values()].flat().filter(({ event }) => event.type === 'petabakat.gate.evaluated.v1');
}

/** One cluster along its partition. */
class ClusterWalk {
  private state = 'planned';
  private heldFrom = '';
  private version = FIRST_VERSION;
  private sharePercent = 0;
  private readonly latest = new Map<string, Evaluation>();

  constructor(
    private readonly check: PropertyCheck,
    private readonly said: Said,
  ) {}

  hear({ position, event }: RolloutRecord): void {
    const evaluation = event.data as unknown as Evaluation;
    const before = this.latest.get(evaluation.gate)?.evaluation ?? 0;
    this.latest.set(evaluation.gate, evaluation);
    this.check.require(
      evaluation.evaluation === before + 1,
      () => `record ${position} (${nameOf(evaluation)})`,
      `follows evaluation ${before}`,
    );
  }

  step({ position, event }: RolloutRecord): void {
    const name = /cluster\.([a-z]+)\./.exec(event.type)?.[1] ?? '';
    const step = event.data as unknown as Step;
    const record = () => `record ${position} (cluster ${step.cluster} version ${step.version})`;
    const to = step.to ?? name;
    const from = step.from ?? this.state;
    this.check.require(step.version === this.version + 1, record, `follows version ${this.version}`);
    this.check.require(from === this.state, record, `starts from ${from}, and the cluster is ${this.state}`);
    const isAllowed = (STEPS[name] ?? []).some((one) => one[0] === from && one[1] === to);
    this.check.require(isAllowed, record, `goes from ${from} to ${to}`);
    if (from === 'held' && to !== 'aborted') {
      this.check.require(to === this.heldFrom, record, `goes on as ${to}, and was held as ${this.heldFrom}`);
    }
    const share = step.sharePercent ?? this.sharePercent;
    this.check.require(share >= this.sharePercent, record, `takes the share back from ${this.sharePercent} %`);
    this.requireActors(step, from, to, record);
    this.requireGates(step, from, to, record);
    if (to === 'held') this.heldFrom = from;
    Object.assign(this, { state: to, version: step.version, sharePercent: share });
  }

  /** Two people for what opens, goes on or ends; a gate alone for the next wave and for holding. */
  private requireActors({ actors }: Step, from: string, to: string, record: () => string): void {
    const people = new Set(actors.filter((actor) => actor !== GATE));
    const isByGate = actors.length === 1 && actors[0] === GATE;
    const mayBeGate = from === 'ramping' && (to === 'ramping' || to === 'make-up');
    const needed = to === 'ready' || to === 'held' ? 1 : 2;
    const holds = (isByGate && (mayBeGate || to === 'held')) || people.size >= needed;
    this.check.require(holds, record, `was decided by ${actors.join(' and ')}`);
  }

  /** What a step relies on has been said before it; nobody goes on over a failed gate, and a gate over none. */
  private requireGates(step: Step, from: string, to: string, record: () => string): void {
    const goesOn = to !== 'held' && to !== 'aborted' && to !== 'ready' && from !== 'held';
    const isByGate = step.actors.includes(GATE);
    for (const reference of step.gates ?? []) {
      const { outcome, overridden, evaluation } = reference;
      if (evaluation !== null) {
        const said = this.said.get(nameOf({ ...reference, evaluation }));
        this.check.require(said?.outcome === outcome, record, () => {
          return `relies on ${nameOf({ ...reference, evaluation })} as ${outcome}, which says ${said?.outcome ?? 'nothing'}`;
        });
      }
      if (!goesOn) continue;
      const isGood = outcome === 'passed' || (outcome === 'inconclusive' && overridden && !isByGate);
      this.check.require(isGood, record, `goes on although ${reference.gate} was ${outcome}`);
      const latest = this.latest.get(reference.gate)?.evaluation ?? null;
      const isFresh = !isByGate || reference.cluster !== step.cluster || latest === evaluation;
      this.check.require(
        isFresh,
        record,
        `relies on evaluation ${evaluation} of ${reference.gate}, the latest is ${latest}`,
      );
    }
    if (isByGate) this.check.require((step.gates ?? []).length > 0, record, 'was decided by gates and names none');
  }
}

/** The coverage gate counted what the log holds at the positions that it names, and said what follows from it. */
function requireCounts(check: PropertyCheck, { rollout, memberships, shapes }: CommonEvidence): void {
  const clusters = new Memberships(memberships);
  for (const { position, event } of evaluationsOf(rollout.records)) {
    const evaluation = event.data as unknown as Evaluation;
    const record = () => `record ${position} (${nameOf(evaluation)})`;
    for (const { topic, partition, offset } of evaluation.positions) {
      const end = shapes.get(`${topic}/${partition}`)?.next;
      if (end === undefined) continue;
      check.require(offset <= end, record, `names ${topic}/${partition}@${offset}, the log ends at ${end}`);
    }
    if (evaluation.gate !== 'coverage') continue;
    const onDate = dateOf(evaluation.at);
    if (clusters.isDoubtfulOn(onDate)) {
      check.count('not recounted: memberships have changed');
      continue;
    }
    const clusterOf = (agency: string) => clusters.of(agency, onDate);
    const coverage = rollout.coverage.coverageAt(evaluation.positions, evaluation.cluster, clusterOf);
    for (const [figure, value] of Object.entries(coverage)) {
      check.require(evaluation.figures[figure] === value, record, () => {
        return `counts ${figure} as ${evaluation.figures[figure]}, the log has ${value} at these positions`;
      });
    }
    requireOutcome(check, evaluation, coverage, record);
  }
}

function requireOutcome(
  check: PropertyCheck,
  { outcome, figures }: Evaluation,
  { reconciled, registered }: Coverage,
  record: () => string,
): void {
  const isReached = registered > 0 && reconciled * 100 >= (figures.passPercent ?? Infinity) * registered;
  if (outcome === 'passed') check.require(isReached, record, `passes with ${reconciled} of ${registered} reconciled`);
  if (outcome === 'failed') check.require(!isReached, record, `fails with ${reconciled} of ${registered} reconciled`);
}

/** Which agency belongs to which cluster on a day. What two records say of one agency is the product's to decide. */
class Memberships {
  private readonly byAgency = new Map<string, MembershipRow[]>();

  constructor(rows: readonly MembershipRow[]) {
    for (const row of rows) this.byAgency.set(row.agency, [...(this.byAgency.get(row.agency) ?? []), row]);
  }

  isDoubtfulOn(date: string): boolean {
    return [...this.byAgency.values()].some((rows) => rows.filter(isInForce(date)).length > 1);
  }

  of(agency: string, date: string): number | undefined {
    return this.byAgency.get(agency)?.find(isInForce(date))?.cluster;
  }
}

function isInForce(date: string): (row: MembershipRow) => boolean {
  return ({ effectiveFrom }) => effectiveFrom <= date;
}

function dateOf(at: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: ROLLOUT_TIME_ZONE }).format(Date.parse(at));
}

function nameOf({ cluster, gate, evaluation }: Pick<Evaluation, 'cluster' | 'gate' | 'evaluation'>): string {
  return `cluster ${cluster} gate ${gate} evaluation ${evaluation}`;
}
