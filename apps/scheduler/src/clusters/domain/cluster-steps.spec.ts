import {
  type BindingGate,
  type ClusterCommand,
  type Evidence,
  type GateMoment,
  type Verdict,
  advanceByGate,
  bindingGate,
  decide,
  holdByGate,
} from './cluster-steps';
import {
  type ClusterStatus,
  type GateSnapshot,
  INITIAL_STATUS,
  type ProposedStep,
  applyDecision,
  stageOf,
} from './cluster-status';
import { ONE_WAVE, type RampPlan, rampProblems } from './ramp-plan';

const AT = '2022-10-05T03:00:00.000Z';
const later = (hours: number) => new Date(Date.parse(AT) + hours * 3_600_000).toISOString();

function gate(outcome: GateSnapshot['outcome'], evaluation = 1): GateSnapshot {
  const figures = { registered: 100, reconciled: 40 };
  const reasonCode = 'coverage-below';
  return { cluster: 1, gate: 'coverage', evaluation, stage: 'wave-100', outcome, reasonCode, figures, at: AT };
}

const coverage = (snapshot: GateSnapshot | null): BindingGate => ({
  cluster: 1,
  gate: 'coverage',
  moments: ['promotion'],
  snapshot,
});
const over = (snapshot: GateSnapshot | null): Evidence => ({
  at: AT,
  ramp: ONE_WAVE,
  gates: [{ ...coverage(snapshot), cluster: 2 }],
  predecessor: null,
});
const FIRST = over(null);
const behind = (state: 'ramping' | 'closed' | 'held', snapshot: GateSnapshot | null): Evidence => ({
  ...FIRST,
  predecessor: { cluster: 1, state, gates: [coverage(snapshot)] },
});

const prepare = (actor: string, version = 1): ClusterCommand => ({
  kind: 'prepare',
  actor,
  version,
  reasonCode: 'sites-verified',
});
const hold = (actor: string, version: number): ClusterCommand => ({
  kind: 'hold',
  actor,
  version,
  reasonCode: 'outage',
});
const propose = (
  actor: string,
  version: number,
  step: ProposedStep = 'open',
  overrides: readonly string[] = [],
): ClusterCommand => ({ kind: 'propose', step, actor, version, reasonCode: 'ready-to-go', overrides });
const confirm = (actor: string, version: number, step: ProposedStep = 'open'): ClusterCommand => ({
  kind: 'confirm',
  step,
  actor,
  version,
});

function after(status: ClusterStatus, verdict: Verdict): ClusterStatus {
  if (verdict.kind !== 'decided') throw new Error(`not decided: ${JSON.stringify(verdict)}`);
  return applyDecision(status, verdict.decision);
}

function run(commands: readonly ClusterCommand[], evidence = FIRST): ClusterStatus {
  return commands.reduce((status, command) => after(status, decide(status, command, evidence)), INITIAL_STATUS);
}

const READY = run([prepare('rini')]);
const RAMPING = run([prepare('rini'), propose('rini', 2), confirm('budi', 2)]);

describe('a cluster', () => {
  test('is made ready by one person', () => {
    expect(READY).toMatchObject({ state: 'ready', version: 2 });
  });

  test('is opened by two different people', () => {
    expect(RAMPING).toMatchObject({ state: 'ramping', version: 3 });
    expect(RAMPING.transitions.at(-1)?.actors).toEqual(['rini', 'budi']);
  });

  test('is not opened by one person twice', () => {
    const proposed = after(READY, decide(READY, propose('rini', 2), FIRST));
    expect(decide(proposed, confirm('rini', 2), FIRST)).toMatchObject({ code: 'cluster.second-person-needed' });
  });

  test('is not opened without a proposal, nor on one that is older than a day', () => {
    expect(decide(READY, confirm('budi', 2), FIRST)).toMatchObject({ code: 'cluster.no-proposal' });
    const proposed = after(READY, decide(READY, propose('rini', 2), FIRST));
    expect(decide(proposed, confirm('budi', 2), { ...FIRST, at: later(24) })).toMatchObject({ kind: 'decided' });
    expect(decide(proposed, confirm('budi', 2), { ...FIRST, at: later(24.01) })).toMatchObject({
      code: 'cluster.no-proposal',
    });
  });

  test('is held by one person and resumed by two where it was', () => {
    const held = after(RAMPING, decide(RAMPING, hold('budi', 3), FIRST));
    expect(held).toMatchObject({ state: 'held', heldFrom: 'ramping', version: 4 });
    const proposed = after(held, decide(held, propose('rini', 4, 'resume'), FIRST));
    const resumed = after(proposed, decide(proposed, confirm('budi', 4, 'resume'), FIRST));
    expect(resumed).toMatchObject({ state: 'ramping', heldFrom: null, version: 5 });
  });

  test('is closed only over its own passed gate', () => {
    const failed = over(gate('failed'));
    expect(decide(RAMPING, propose('rini', 3, 'close'), failed)).toMatchObject({ code: 'cluster.transition-refused' });
    expect(decide(RAMPING, propose('rini', 3, 'close'), FIRST)).toMatchObject({ code: 'cluster.transition-refused' });
    expect(decide(RAMPING, propose('rini', 3, 'close'), over(gate('passed')))).toMatchObject({
      kind: 'decided',
    });
  });

  test('refuses a step that does not start from its state, naming both', () => {
    expect(decide(READY, hold('rini', 2), FIRST)).toMatchObject({
      code: 'cluster.transition-refused',
      problems: [{ at: 'state', message: expect.stringContaining('ready') }],
    });
  });
});

describe('the next cluster', () => {
  test.each([
    ['failed', behind('ramping', gate('failed'))],
    ['inconclusive', behind('ramping', gate('inconclusive'))],
    ['not evaluated yet', behind('ramping', null)],
    ['passed, but the cluster is held', behind('held', gate('passed'))],
  ])('is not proposed while the gate before it is %s', (_, evidence) => {
    expect(decide(READY, propose('rini', 2), evidence)).toMatchObject({ code: 'cluster.transition-refused' });
  });

  test('a refusal says which gate, with which figures, from which moment', () => {
    expect(decide(READY, propose('rini', 2), behind('ramping', gate('failed', 7)))).toMatchObject({
      problems: [
        {
          at: 'cluster 1, gate coverage',
          message: expect.stringMatching(/evaluation 7 of 2022-10-05T03.*failed.*registered 100, reconciled 40/),
        },
      ],
    });
  });

  test('is opened over a passed gate, and keeps the evaluation it relied on', () => {
    const passed = behind('ramping', gate('passed', 7));
    const opened = run([prepare('rini'), propose('rini', 2), confirm('budi', 2)], passed);
    expect(opened.transitions.at(-1)?.gates).toEqual([
      { cluster: 1, gate: 'coverage', evaluation: 7, outcome: 'passed', overridden: false },
    ]);
  });

  test('is opened after a closed cluster whatever its gate says later', () => {
    const opened = run([prepare('rini'), propose('rini', 2), confirm('budi', 2)], behind('closed', null));
    expect(opened.state).toBe('ramping');
  });

  test('is not confirmed when the gate has turned since the proposal', () => {
    const proposed = run([prepare('rini'), propose('rini', 2)], behind('ramping', gate('passed', 7)));
    expect(decide(proposed, confirm('budi', 2), behind('ramping', gate('failed', 8)))).toMatchObject({
      code: 'cluster.transition-refused',
    });
    expect(decide(proposed, confirm('budi', 2), behind('ramping', gate('passed', 8)))).toMatchObject({
      decision: { gates: [{ evaluation: 7 }] },
    });
  });

  test('a resume is not confirmed on another outcome than the proposal relied on', () => {
    const held = after(RAMPING, decide(RAMPING, hold('rini', 3), FIRST));
    const doubtful = over(gate('inconclusive', 4));
    const proposed = after(held, decide(held, propose('rini', 4, 'resume'), doubtful));
    expect(decide(proposed, confirm('budi', 4, 'resume'), over(gate('failed', 5)))).toMatchObject({
      code: 'cluster.stale-version',
      problems: [{ message: expect.stringMatching(/evaluation 5.*failed.*relied on evaluation 4, inconclusive/) }],
    });
  });
});

describe('a press', () => {
  test('repeated by the same person does nothing', () => {
    expect(decide(READY, prepare('rini'), FIRST)).toEqual({ kind: 'unchanged' });
    expect(decide(RAMPING, propose('rini', 2), FIRST)).toEqual({ kind: 'unchanged' });
    expect(decide(RAMPING, confirm('budi', 2), FIRST)).toEqual({ kind: 'unchanged' });
    const proposed = after(READY, decide(READY, propose('rini', 2), FIRST));
    expect(decide(proposed, propose('rini', 2), FIRST)).toEqual({ kind: 'unchanged' });
  });

  test('on a version that is gone is refused with what changed', () => {
    expect(decide(RAMPING, prepare('sari'), FIRST)).toMatchObject({
      code: 'cluster.stale-version',
      problems: [
        { at: 'version 2', message: expect.stringContaining('prepare by rini') },
        { at: 'version 3', message: expect.stringContaining('open by rini and budi') },
      ],
    });
  });
});

describe('a failed gate', () => {
  test('holds a ramping cluster', () => {
    expect(holdByGate(RAMPING, gate('failed', 3))).toMatchObject({
      to: 'held',
      actors: ['gate'],
      gates: [{ evaluation: 3 }],
    });
  });

  test('changes nothing where nothing runs, and a passed one holds nothing', () => {
    expect(holdByGate(READY, gate('failed'))).toBeNull();
    expect(holdByGate(RAMPING, gate('passed'))).toBeNull();
  });
});

const STAGED: RampPlan = { version: 3, canaryPercent: 5, waves: [25, 50, 100], gates: ['parity', 'attendance'] };

/** A cluster under a staged plan, whose gates say what a test lets them say of the stage that it stands at. */
class StagedCluster {
  status = INITIAL_STATUS;
  private readonly said = new Map<string, GateSnapshot>();
  private readonly moments: Readonly<Record<string, readonly GateMoment[]>> = {
    parity: ['ready', 'running'],
    attendance: ['canary', 'wave'],
  };

  say(name: string, outcome: GateSnapshot['outcome']): GateSnapshot {
    const evaluation = (this.said.get(name)?.evaluation ?? 0) + 1;
    const snapshot = { ...gate(outcome, evaluation), gate: name, stage: stageOf(this.status) };
    this.said.set(name, snapshot);
    return snapshot;
  }

  get evidence(): Evidence {
    const gates = Object.entries(this.moments).map(([name, moments]) =>
      bindingGate(1, this.status, { gate: name, moments }, this.said.get(name) ?? null),
    );
    return { at: AT, ramp: STAGED, gates, predecessor: null };
  }

  take(command: ClusterCommand): void {
    this.status = after(this.status, decide(this.status, command, this.evidence));
  }

  byTwo(step: ProposedStep, overrides: readonly string[] = []): void {
    const { version } = this.status;
    this.take(propose('rini', version, step, overrides));
    this.take(confirm('budi', version, step));
  }

  advance(): boolean {
    const advanced = advanceByGate(this.status, this.evidence);
    if (advanced) this.status = applyDecision(this.status, advanced);
    return advanced !== null;
  }

  allPass(): void {
    for (const name of Object.keys(this.moments)) this.say(name, 'passed');
  }

  static inCanary(): StagedCluster {
    const cluster = new StagedCluster();
    cluster.take(prepare('rini'));
    cluster.allPass();
    cluster.byTwo('open');
    return cluster;
  }
}

describe('under a staged plan', () => {
  test('a cluster goes from its canary through the waves to make-up, two people first, then by its gates', () => {
    const cluster = StagedCluster.inCanary();
    expect(cluster.status).toMatchObject({ state: 'canary', sharePercent: 5, ramp: STAGED });
    cluster.allPass();
    cluster.byTwo('promote');
    const stages = [stageOf(cluster.status)];
    for (let wave = 0; wave < 3; wave += 1) {
      cluster.allPass();
      expect(cluster.advance()).toBe(true);
      stages.push(stageOf(cluster.status));
    }
    expect(stages).toEqual(['wave-25', 'wave-50', 'wave-100', 'make-up']);
    expect(cluster.status.transitions.at(-1)?.actors).toEqual(['gate']);
    expect(cluster.advance()).toBe(false);
  });

  test('what the gates said of one wave does not carry the next', () => {
    const cluster = StagedCluster.inCanary();
    cluster.allPass();
    cluster.byTwo('promote');
    expect(cluster.advance()).toBe(false);
    cluster.allPass();
    expect(cluster.advance()).toBe(true);
    expect(cluster.advance()).toBe(false);
  });

  test.each(['failed', 'inconclusive'] as const)('no wave goes on by itself over a gate that is %s', (outcome) => {
    const cluster = StagedCluster.inCanary();
    cluster.allPass();
    cluster.byTwo('promote');
    cluster.allPass();
    cluster.say('parity', outcome);
    expect(cluster.advance()).toBe(false);
  });

  test('two people go on over an inconclusive gate, and the override stays visible', () => {
    const cluster = StagedCluster.inCanary();
    cluster.allPass();
    cluster.say('attendance', 'inconclusive');
    expect(decide(cluster.status, propose('rini', 3, 'promote'), cluster.evidence)).toMatchObject({
      code: 'cluster.transition-refused',
    });
    cluster.byTwo('promote', ['attendance']);
    expect(cluster.status.transitions.at(-1)?.gates).toMatchObject([
      { gate: 'parity', outcome: 'passed', overridden: false },
      { gate: 'attendance', outcome: 'inconclusive', overridden: true },
    ]);
  });

  test('nobody goes on over a failed gate, nor over one that the step does not need', () => {
    const cluster = StagedCluster.inCanary();
    cluster.allPass();
    cluster.say('parity', 'failed');
    const refused = decide(cluster.status, propose('rini', 3, 'promote', ['parity']), cluster.evidence);
    expect(refused).toMatchObject({ problems: [{ at: 'cluster 1, gate parity' }] });
    cluster.say('parity', 'passed');
    expect(decide(cluster.status, propose('rini', 3, 'promote', ['weather']), cluster.evidence)).toMatchObject({
      problems: [{ at: 'overrides' }],
    });
  });

  test('a held canary is resumed as a canary', () => {
    const cluster = StagedCluster.inCanary();
    cluster.take(hold('rini', 3));
    expect(stageOf(cluster.status)).toBe('canary');
    cluster.byTwo('resume');
    expect(cluster.status).toMatchObject({ state: 'canary', sharePercent: 5 });
  });

  test('two people abort a held cluster, for good', () => {
    const cluster = StagedCluster.inCanary();
    cluster.take(hold('rini', 3));
    cluster.byTwo('abort');
    expect(cluster.status.state).toBe('aborted');
    expect(decide(cluster.status, propose('rini', 5, 'resume'), cluster.evidence)).toMatchObject({
      code: 'cluster.transition-refused',
    });
  });

  test('a cluster does not close before its last wave', () => {
    const cluster = StagedCluster.inCanary();
    cluster.allPass();
    cluster.byTwo('promote');
    expect(decide(cluster.status, propose('rini', 4, 'close'), cluster.evidence)).toMatchObject({
      problems: [{ at: 'wave', message: expect.stringContaining('25 %') }],
    });
  });
});

describe('a ramp plan', () => {
  test.each([
    [{ canaryPercent: 5, waves: [25, 50, 100] }, 0],
    [{ canaryPercent: null, waves: [100] }, 0],
    [{ canaryPercent: 5, waves: [25, 50] }, 1],
    [{ canaryPercent: 30, waves: [25, 100] }, 1],
    [{ canaryPercent: null, waves: [50, 50, 100] }, 1],
    [{ canaryPercent: null, waves: [0, 100] }, 1],
  ])('%j has %d problems', (plan, problems) => {
    expect(rampProblems(plan)).toHaveLength(problems);
  });
});
