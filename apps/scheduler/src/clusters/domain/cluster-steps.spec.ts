import { type ClusterCommand, type Evidence, type Verdict, decide, holdByGate } from './cluster-steps';
import { type ClusterStatus, type GateSnapshot, INITIAL_STATUS, applyDecision } from './cluster-status';

const AT = '2022-10-05T03:00:00.000Z';
const later = (hours: number) => new Date(Date.parse(AT) + hours * 3_600_000).toISOString();

function gate(outcome: GateSnapshot['outcome'], evaluation = 1): GateSnapshot {
  const figures = { registered: 100, reconciled: 40 };
  return { cluster: 1, gate: 'coverage', evaluation, outcome, reasonCode: 'coverage-below', figures, at: AT };
}

const FIRST: Evidence = { at: AT, gate: null, predecessor: null };
const behind = (state: 'ramping' | 'closed' | 'held', snapshot: GateSnapshot | null): Evidence => ({
  ...FIRST,
  predecessor: { cluster: 1, state, gate: snapshot },
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
const propose = (actor: string, version: number, step: 'open' | 'resume' | 'close' = 'open'): ClusterCommand => ({
  kind: 'propose',
  step,
  actor,
  version,
  reasonCode: 'ready-to-go',
});
const confirm = (actor: string, version: number, step: 'open' | 'resume' | 'close' = 'open'): ClusterCommand => ({
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
    const failed = { ...FIRST, gate: gate('failed') };
    expect(decide(RAMPING, propose('rini', 3, 'close'), failed)).toMatchObject({ code: 'cluster.transition-refused' });
    expect(decide(RAMPING, propose('rini', 3, 'close'), FIRST)).toMatchObject({ code: 'cluster.transition-refused' });
    expect(decide(RAMPING, propose('rini', 3, 'close'), { ...FIRST, gate: gate('passed') })).toMatchObject({
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
    expect(opened.transitions.at(-1)?.gate).toEqual({ cluster: 1, gate: 'coverage', evaluation: 7, outcome: 'passed' });
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
      decision: { gate: { evaluation: 7 } },
    });
  });

  test('a resume is not confirmed on another outcome than the proposal relied on', () => {
    const held = after(RAMPING, decide(RAMPING, hold('rini', 3), FIRST));
    const doubtful = { ...FIRST, gate: gate('inconclusive', 4) };
    const proposed = after(held, decide(held, propose('rini', 4, 'resume'), doubtful));
    expect(decide(proposed, confirm('budi', 4, 'resume'), { ...FIRST, gate: gate('failed', 5) })).toMatchObject({
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
      gate: { evaluation: 3 },
    });
  });

  test('changes nothing where nothing runs, and no other outcome holds', () => {
    expect(holdByGate(READY, gate('failed'))).toBeNull();
    expect(holdByGate(RAMPING, gate('passed'))).toBeNull();
    expect(holdByGate(RAMPING, gate('inconclusive'))).toBeNull();
  });
});
