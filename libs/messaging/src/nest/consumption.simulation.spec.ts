import { ALL_TOPICS, deadLetterTopicOf, TOPICS } from '@app/contracts';
import { Logger } from '@nestjs/common';
import type { EventBatch } from '../consumption/event-batch';
import { startedRecord } from '../consumption/started-events.fixture';
import type { LogRecord } from '../log/event-log';
import { MemoryEventLog } from '../memory/memory-event-log';
import type { MemoryMember } from '../memory/memory-group';
import { MemoryProgress } from '../memory/memory-progress';
import { seededRandom } from '../memory/seeded-random';
import { VirtualRuntime } from '../memory/virtual-runtime';
import { BatchServer } from './batch-server';

const GROUP = 'simulated';
const TOPIC = TOPICS.attempts;
const SEEDS = 150;

beforeAll(() => Logger.overrideLogger(false));

type Verdict = 'applied' | 'rejected';

/** Consumer processes of one group over a log and a database that both fail as a seed says. */
class Simulation {
  readonly runtime: VirtualRuntime;
  readonly log: MemoryEventLog;
  readonly progress: MemoryProgress;
  readonly random: () => number;
  /** Each commit's verdicts, in the order of commits, by partition. */
  readonly ledger = new Map<number, { offset: number; verdict: Verdict }[]>();
  readonly fatal: Error[] = [];
  private readonly servers: BatchServer[] = [];
  private readonly members: MemoryMember[] = [];

  constructor(
    seed: number,
    /** Off, effects are made outside the transaction: the mistake that the checks must find. */
    private readonly isFenced: boolean,
  ) {
    this.runtime = new VirtualRuntime(seed);
    this.random = seededRandom(seed);
    this.progress = new MemoryProgress(this.runtime, { seed, outage: 0.1, lostCommit: 0.1, delayMaxMs: 30 });
    this.log = new MemoryEventLog({
      runtime: this.runtime,
      faults: {
        seed,
        refused: 0.1,
        lostRequest: 0.05,
        lostResponse: 0.1,
        duplicate: 0.1,
        redelivery: 0.1,
        takeover: 0.1,
        appendDelayMaxMs: 20,
        deliveryDelayMaxMs: 20,
      },
    });
    const subscribe = this.log.subscribe.bind(this.log);
    this.log.subscribe = async (subscription) => {
      const member = await subscribe(subscription);
      this.members.push(member);
      return member;
    };
  }

  async startProcess(): Promise<void> {
    const server = new BatchServer({
      group: GROUP,
      log: this.log,
      positions: this.progress,
      runtime: this.runtime,
      expects: ['attempts'],
      onFatal: (error) => this.fatal.push(error),
    });
    server.addHandler(TOPIC.name, (batch: EventBatch) => this.handle(batch), true);
    await server.listen((error) => {
      if (error) throw error;
    });
    this.servers.push(server);
  }

  /** The oldest process dies with whatever it has in work. */
  async crashProcess(): Promise<void> {
    await this.members.shift()?.crash();
    const dead = this.servers.shift();
    await dead?.close();
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
    await this.log.close();
  }

  private handle(batch: EventBatch): Promise<void> {
    if (!this.isFenced) this.enter(batch);
    return this.progress.run(batch, async (fresh) => {
      if (fresh.events.some(({ key }) => key.startsWith('poison'))) throw new RangeError('cannot be applied');
      return () => {
        if (this.isFenced) this.enter(fresh);
      };
    });
  }

  private enter(fresh: EventBatch): void {
    const ledger = this.ledger.get(fresh.partition) ?? [];
    this.ledger.set(fresh.partition, ledger);
    const entries = [
      ...fresh.events.map(({ offset }) => ({ offset, verdict: 'applied' as const })),
      ...fresh.rejected.map(({ offset }) => ({ offset, verdict: 'rejected' as const })),
    ];
    ledger.push(...entries.sort((a, b) => a.offset - b.offset));
  }

  /** What every partition of the log calls for, whoever processed it and however often. */
  async expected(): Promise<Map<number, { offset: number; verdict: Verdict }[]>> {
    const expected = new Map<number, { offset: number; verdict: Verdict }[]>();
    for (const [partition, { endOffset }] of await this.log.ranges(TOPIC.name)) {
      const records = await this.log.read(TOPIC.name, partition, 0, endOffset);
      const entries = records.map((record) => ({ offset: record.offset, verdict: verdictOf(record) }));
      if (entries.length > 0) expected.set(partition, entries);
    }
    return expected;
  }

  async deadLetterIds(): Promise<Set<string>> {
    const topic = deadLetterTopicOf(TOPIC.name);
    const ids = new Set<string>();
    for (const [partition, { endOffset }] of await this.log.ranges(topic)) {
      for (const { value } of await this.log.read(topic, partition, 0, endOffset)) {
        ids.add((JSON.parse(value) as { id: string }).id);
      }
    }
    return ids;
  }
}

function verdictOf({ key, value }: LogRecord): Verdict {
  return value === 'nonsense' || key.startsWith('poison') ? 'rejected' : 'applied';
}

function inOrder<Value>(map: ReadonlyMap<number, Value>): [number, Value][] {
  return [...map].sort(([a], [b]) => a - b);
}

/** Lets time pass until something is done that waits for batches in work. */
async function passingTime(runtime: VirtualRuntime, work: Promise<void>): Promise<void> {
  let isDone = false;
  void work.finally(() => (isDone = true));
  await runtime.until(() => isDone);
  await work;
}

async function simulate(seed: number, isFenced = true) {
  const simulation = new Simulation(seed, isFenced);
  const { runtime, log, random } = simulation;
  await log.createTopics(ALL_TOPICS);
  await simulation.startProcess();
  await simulation.startProcess();
  for (let round = 0; round < 60; round++) {
    const name = `${random() < 0.1 ? 'poison' : 'attempt'}-${Math.floor(random() * 2)}`;
    const record = startedRecord(0, name);
    void log.append(TOPIC.name, [random() < 0.1 ? { ...record, value: 'nonsense' } : record]);
    await runtime.advance(Math.floor(random() * 25));
    if (random() < 0.05) {
      await passingTime(runtime, simulation.crashProcess());
      await passingTime(runtime, simulation.startProcess());
    }
  }
  // The faults heal; what is healthy must come to an end by itself.
  log.setFaults(null);
  simulation.progress.heal();
  await runtime.advance(60_000);
  return simulation;
}

describe('consumption under seeded faults', () => {
  test(`over ${SEEDS} seeds every record is applied or rejected once, in order, and no rejection is without its letter`, async () => {
    let rejections = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const simulation = await simulate(seed);
      const expected = await simulation.expected();
      expect({ seed, ledger: inOrder(simulation.ledger) }).toEqual({ seed, ledger: inOrder(expected) });
      const letters = await simulation.deadLetterIds();
      for (const [partition, entries] of expected) {
        for (const { offset } of entries.filter(({ verdict }) => verdict === 'rejected')) {
          rejections++;
          expect(letters).toContain(`dead-letter:${GROUP}:${TOPIC.name}:${partition}:${offset}`);
          letters.delete(`dead-letter:${GROUP}:${TOPIC.name}:${partition}:${offset}`);
        }
      }
      expect({ seed, lettersWithoutReason: [...letters] }).toEqual({ seed, lettersWithoutReason: [] });
      expect(simulation.fatal).toEqual([]);
      await passingTime(simulation.runtime, simulation.stop());
    }
    expect(rejections).toBeGreaterThan(SEEDS);
  }, 120_000);

  test('effects outside the transaction are found: the check can fail', async () => {
    let findings = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const simulation = await simulate(seed, false);
      const expected = await simulation.expected();
      if (JSON.stringify(inOrder(simulation.ledger)) !== JSON.stringify(inOrder(expected))) findings++;
      await passingTime(simulation.runtime, simulation.stop());
    }
    expect(findings).toBeGreaterThan(0);
  });

  test('one seed gives one run', async () => {
    const run = async () => {
      const simulation = await simulate(17);
      await passingTime(simulation.runtime, simulation.stop());
      return { ledger: inOrder(simulation.ledger), letters: [...(await simulation.deadLetterIds())] };
    };
    expect(await run()).toEqual(await run());
  });
});
