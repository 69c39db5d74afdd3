import { ALL_TOPICS, TOPICS } from '@app/contracts';
import {
  Accumulator,
  BatchServer,
  type EventBatch,
  type EventLog,
  MemoryEventLog,
  MemoryOutbox,
  MemoryOutboxStore,
  MemoryProgress,
  OutboxRelay,
  type Subscription,
  type OutboxEvent,
  VirtualRuntime,
  seededRandom,
} from '@app/messaging';
import type { AttemptViews } from '@app/views';
import type { DataSource } from 'typeorm';
import { ASSESSMENT_GROUP } from '../../apps/assessment/src/assessment.tokens';
import { AttemptBarrier } from '../../apps/assessment/src/attempts/attempt-barrier';
import { AttemptBatchService } from '../../apps/assessment/src/attempts/attempt-batch.service';
import { DeadlineSweeper } from '../../apps/assessment/src/attempts/deadline-sweeper';
import {
  type HandOverFate,
  MemoryAttemptStore,
  MemoryAttemptTables,
} from '../../apps/assessment/src/attempts/memory-attempt.store';
import { FaultCounts, type FaultLevels, HEALED, LASTING, databaseFaults, levelsOf, logFaults } from './seeded.faults';
import { VirtualProcess } from './virtual.process';

const TOPIC = TOPICS.attempts;
/** As a command waits: through the outbox, 8 s at most. */
const PUBLISH_TIMEOUT_MS = 8_000;
const PUBLISH_POLL_MS = 20;
/** Two of each, so that one can die and another is there. */
const PROCESSES = 2;
const RESTART_MAX_MS = 3_000;
/** Nobody in a simulation looks at views: without one a gateway appends, and the fold decides. */
const NO_VIEWS = { put: async () => undefined } as unknown as AttemptViews;

/** The command's event may or may not come to stand in the log. */
export class CommandUnknown extends Error {}

/** A process of the assessment service: the real consumer, fold, sweeper and relay over simulated ports. */
class SimulatedAssessment {
  readonly process = new VirtualProcess();
  private readonly relay: OutboxRelay;
  private readonly outboxStore: MemoryOutboxStore;
  private readonly sweeper: DeadlineSweeper;
  private member: { crash(): Promise<void> } | null = null;

  constructor(private readonly platform: SimulatedPlatform) {
    const { process } = this;
    const { runtime, outbox } = platform;
    this.outboxStore = new MemoryOutboxStore(outbox, runtime);
    const log = process.sees(platform.log);
    this.relay = new OutboxRelay({ log, runtime, store: process.sees(this.outboxStore) });
    this.sweeper = new DeadlineSweeper(process.sees(platform.newStore()), runtime);
  }

  async start(): Promise<void> {
    const { process, platform } = this;
    const service = new AttemptBatchService(process.sees(platform.newStore()), NO_VIEWS);
    const server = new BatchServer({
      group: ASSESSMENT_GROUP,
      log: this.subscribingLog(),
      positions: process.sees(platform.progress),
      runtime: platform.runtime,
      expects: ['attempts'],
      onFatal: (error) => platform.fatal.push(error),
    });
    server.addHandler(TOPIC.name, (batch: EventBatch) => service.apply(batch), true);
    await server.listen((error) => {
      if (error) throw error as Error;
    });
    this.relay.start();
    this.sweeper.start();
  }

  /** With the process go its connections: its leadership over the outbox, and its membership. */
  die(): void {
    this.process.die();
    if (this.platform.outbox.leader === this.outboxStore) this.platform.outbox.leader = null;
    void this.member?.crash();
  }

  /** A log does not wait for what a dead process has in work. */
  private mortal(subscription: Subscription): Subscription {
    return {
      ...subscription,
      onBatch: (batch) => {
        const abandoned = this.process.death.then(() => ({ nextOffset: batch.records[0]!.offset }));
        return Promise.race([subscription.onBatch(batch), abandoned]);
      },
    };
  }

  /** The log as this process sees it, and with it the membership that has to end with the process. */
  private subscribingLog(): EventLog {
    const log = this.process.sees<EventLog>(this.platform.log);
    const subscribe = async (subscription: Subscription) => {
      const member = await this.platform.log.subscribe(this.mortal(subscription));
      this.member = member;
      if (this.process.isDead) await member.crash();
      return member;
    };
    return Object.assign(Object.create(log) as EventLog, { subscribe });
  }
}

/** A gateway as far as the log sees it: the real accumulator. */
export class SimulatedGateway {
  readonly process = new VirtualProcess();
  readonly accumulator: Accumulator;

  constructor({ log, runtime }: SimulatedPlatform) {
    this.accumulator = new Accumulator(this.process.sees(log), TOPIC.name, {}, runtime);
  }
}

/** Log, tables and processes of one seed. */
export class SimulatedPlatform {
  readonly runtime: VirtualRuntime;
  readonly random: () => number;
  readonly counts = new FaultCounts();
  readonly tables = new MemoryAttemptTables();
  readonly outbox = new MemoryOutbox();
  readonly fatal: Error[] = [];
  readonly log: MemoryEventLog;
  readonly progress: MemoryProgress;
  readonly barrier: AttemptBarrier;
  private levels: FaultLevels;
  private readonly store: MemoryAttemptStore;
  private assessments: SimulatedAssessment[] = [];
  private gateways: SimulatedGateway[] = [];

  constructor(private readonly seed: number) {
    this.runtime = new VirtualRuntime(seed);
    this.random = seededRandom(seed);
    this.levels = levelsOf(this.random);
    this.log = new MemoryEventLog({ runtime: this.runtime, faults: logFaults(seed, this.levels, this.counts) });
    this.progress = new MemoryProgress(this.runtime, databaseFaults(seed, this.levels, this.counts));
    this.store = this.newStore();
    this.barrier = new AttemptBarrier(this.positionsAsRows(), this.log, this.runtime);
  }

  async start(): Promise<void> {
    await this.log.createTopics(ALL_TOPICS);
    for (let nth = 0; nth < PROCESSES; nth++) {
      await this.startAssessment();
      this.gateways.push(new SimulatedGateway(this));
    }
  }

  newStore(): MemoryAttemptStore {
    return new MemoryAttemptStore(this.tables, this.outbox, this.progress, () => this.fateOfHandOver());
  }

  anyGateway(): SimulatedGateway {
    return this.gateways[Math.floor(this.random() * this.gateways.length)]!;
  }

  has(fault: keyof FaultLevels['shares']): boolean {
    if (this.random() >= this.levels.shares[fault]) return false;
    this.counts.struck(fault);
    return true;
  }

  /** Kills what the seed wants killed at this moment, and starts it again after a while. */
  killSome(): void {
    if (this.has('assessment-killed')) void this.restartAssessment();
    if (this.has('gateway-killed')) this.restartGateway();
  }

  /** From now on nothing goes wrong any more. */
  heal(): void {
    this.log.setFaults(null);
    this.progress.heal();
    this.levels = HEALED;
  }

  /** From now on some things go wrong for ever, and one process of the service is gone for good. */
  leaveBroken(): void {
    this.levels = LASTING;
    this.log.setFaults(logFaults(this.seed, LASTING, this.counts));
    this.progress.setFaults(databaseFaults(this.seed, LASTING, this.counts));
    if (this.assessments.length > 1) this.assessments.shift()!.die();
  }

  /** As a command: into the outbox, and back when the log has its events. @throws CommandUnknown */
  async command(events: readonly OutboxEvent[], effect: () => void = () => undefined): Promise<void> {
    if (this.has('outage')) throw new CommandUnknown('the database was away');
    this.store.add(events);
    effect();
    const deadlineMs = this.runtime.monotonicMs() + PUBLISH_TIMEOUT_MS;
    while (events.some(({ event }) => !this.isPublished(event.id))) {
      if (this.runtime.monotonicMs() > deadlineMs) throw new CommandUnknown('it was not published in time');
      await this.runtime.sleep(PUBLISH_POLL_MS);
    }
  }

  /** Everything is applied, published and closed. */
  async isStill(): Promise<boolean> {
    if (this.outbox.waiting.length > 0) return false;
    for (const [partition, { endOffset }] of await this.log.ranges(TOPIC.name)) {
      if (endOffset > 0 && (await this.progress.position(ASSESSMENT_GROUP, TOPIC.name, partition)) < endOffset)
        return false;
    }
    return true;
  }

  private async startAssessment(): Promise<void> {
    const assessment = new SimulatedAssessment(this);
    this.assessments.push(assessment);
    await assessment.start();
  }

  private async restartAssessment(): Promise<void> {
    const victim = this.assessments.shift();
    if (!victim) return;
    victim.die();
    await this.runtime.sleep(this.random() * RESTART_MAX_MS);
    await this.startAssessment();
  }

  private restartGateway(): void {
    this.gateways.shift()?.process.die();
    this.gateways.push(new SimulatedGateway(this));
  }

  private fateOfHandOver(): HandOverFate {
    if (this.has('sweep-refused')) return 'refused';
    return this.has('sweep-answer-lost') ? 'answer-lost' : 'done';
  }

  private isPublished(eventId: string): boolean {
    const id = this.tables.outboxRows.get(eventId);
    return this.outbox.rows.find((row) => row.id === id)?.place !== null;
  }

  /** The barrier asks a database for positions; here they stand in the simulated one. */
  private positionsAsRows(): DataSource {
    const query = async () => {
      const rows: { partition: number; next_offset: string }[] = [];
      for (let partition = 0; partition < TOPIC.partitions; partition++) {
        const position = await this.progress.position(ASSESSMENT_GROUP, TOPIC.name, partition);
        rows.push({ partition, next_offset: String(position) });
      }
      return rows;
    };
    return { query } as unknown as DataSource;
  }
}
