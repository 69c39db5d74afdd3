import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { nowMs } from '../load/driver/clock';
import type { FaultRow } from './harness/fault.row';
import type { FaultScene } from './harness/fault.scene';
import { faultSuite } from './harness/fault.suite';

/** Longer than the lease in the PostgreSQL log (10 s) and the session of a Kafka group (12 s). */
const FROZEN_MS = 16_000;
const LOOK_INTERVAL_MS = 250;
const FROZEN = 'assessment-2';
const STORMY = 'assessment-2';

let stepsBack: string[] = [];
let movedWhileFrozen = 0;

const zombie: FaultRow = {
  name: 'zombie-consumer',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  load: { assessments: 2, minutes: 0.7 },
  async harm(scene) {
    await scene.underLoad();
    const watch = new PositionWatch(scene);
    await watch.begin();
    scene.inject();
    scene.signal(FROZEN, 'SIGSTOP');
    const before = watch.moves;
    await sleep(FROZEN_MS);
    movedWhileFrozen = watch.moves - before;
    scene.signal(FROZEN, 'SIGCONT');
    scene.heal();
    await sleep(AFTERWARDS_MS);
    stepsBack = await watch.end();
  },
  problems: () => [
    ...stepsBack,
    ...(movedWhileFrozen > 0 ? [] : ['shows nothing: no position moved while the consumer was frozen']),
  ],
};

/** A member leaves or comes about every two seconds: as fast as a process of it can start. */
const STORM_MS = 25_000;
const BETWEEN_TURNS_MS = 1_000;
/** In which a stale step back would show. */
const AFTERWARDS_MS = 4_000;

const rebalanceStorm: FaultRow = {
  name: 'rebalance-storm',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  load: { assessments: 2, minutes: 1 },
  async harm(scene) {
    await scene.underLoad();
    const watch = new PositionWatch(scene);
    await watch.begin();
    scene.inject();
    for (let turn = 0, endMs = nowMs() + STORM_MS; nowMs() < endMs; turn++) {
      // In turn one that says goodbye to its group and one that does not.
      if (turn % 2 === 0) await scene.terminate(STORMY);
      else await scene.kill(STORMY);
      await sleep(BETWEEN_TURNS_MS);
      await scene.platform.processes.start(STORMY);
    }
    scene.heal();
    await sleep(AFTERWARDS_MS);
    stepsBack = await watch.end();
  },
  problems: () => stepsBack,
};

/** Looks at every position of the assessment service again and again; none may ever go back. */
class PositionWatch {
  moves = 0;
  private readonly last = new Map<number, number>();
  private readonly stepsBack: string[] = [];
  private readonly client: Client;
  private looking: Promise<void> = Promise.resolve();
  private hasEnded = false;

  constructor(scene: FaultScene) {
    this.client = new Client({ connectionString: scene.platform.postgres.url });
  }

  async begin(): Promise<void> {
    await this.client.connect();
    this.looking = this.goOn();
  }

  async end(): Promise<string[]> {
    this.hasEnded = true;
    await this.looking;
    await this.client.end();
    return this.stepsBack;
  }

  private async goOn(): Promise<void> {
    while (!this.hasEnded) {
      const { rows } = await this.client.query<{ partition: number; next: string }>(
        `SELECT partition, next_offset AS next FROM assessment.consumer_progress WHERE topic = 'petabakat.attempts.v1'`,
      );
      for (const { partition, next } of rows) this.see(partition, Number(next));
      await sleep(LOOK_INTERVAL_MS);
    }
  }

  private see(partition: number, next: number): void {
    const before = this.last.get(partition) ?? next;
    if (next < before)
      this.stepsBack.push(`the position of partition ${partition} went back from ${before} to ${next}`);
    if (next > before) this.moves += 1;
    this.last.set(partition, next);
  }
}

faultSuite('a consumer that has lost its partitions changes nothing', [zombie, rebalanceStorm]);
