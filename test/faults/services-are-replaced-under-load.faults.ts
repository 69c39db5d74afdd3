import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessName } from '@app/testing';
import { nowMs } from '../load/driver/clock';
import { PositionsReader } from '../packaging/upgrade/positions.reader';
import { StandingWatch } from '../packaging/upgrade/standing.watch';
import { ARRIVED_MS, STANDSTILL_MAX_SECONDS } from '../packaging/upgrade/upgrade.report';
import type { FaultRow } from './harness/fault.row';
import type { FaultScene } from './harness/fault.scene';
import { faultSuite } from './harness/fault.suite';
import { answerTries } from './harness/history.questions';

const LOOK_INTERVAL_MS = 300;
/** Between two replacements, so that one can be told from the next. */
const BREATH_MS = 1_500;
const NAMED_MAX = 5;

interface Stop {
  readonly atMs: number;
  readonly url: string;
}

let watch = new StandingWatch();
let stops: Stop[] = [];

async function stop(scene: FaultScene, name: ProcessName): Promise<void> {
  const { processes } = scene.platform;
  scene.signal(name, 'SIGTERM');
  stops.push({ atMs: nowMs(), url: processes.urlOf(name) });
  await processes.stop(name);
}

/** The new process stands beside the old ones before one of those is asked to stop. */
async function replace(scene: FaultScene, old: ProcessName): Promise<void> {
  await scene.platform.processes.startAnother(old.split('-')[0] as 'assessment' | 'scheduler' | 'scoring');
  await stop(scene, old);
  await sleep(BREATH_MS);
}

/** Where others know the address of the process, the new one takes it over; another one is there meanwhile. */
async function replaceInPlace(scene: FaultScene, name: ProcessName): Promise<void> {
  await stop(scene, name);
  await scene.platform.processes.start(name);
  await sleep(BREATH_MS);
}

async function lookedAt(scene: FaultScene, work: () => Promise<void>): Promise<void> {
  const { log, postgres } = scene.platform;
  const positions = await PositionsReader.open(postgres.url, async (topic) => {
    const ranges = await log.ranges(topic);
    return new Map([...ranges].map(([partition, { endOffset }]) => [partition, endOffset]));
  });
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      watch.look(nowMs(), await positions.read());
      await sleep(LOOK_INTERVAL_MS);
    }
  })();
  try {
    await Promise.all([work().finally(() => (isOver = true)), looking]);
  } finally {
    await positions.close();
  }
}

const replaced: FaultRow = {
  name: 'services-replaced',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  // Half of the candidates are moved, paused, credited or ended, so that every service has something to apply.
  load: { minutes: 2, assessments: 2, gateways: 2, incidentShare: 0.5 },
  async harm(scene) {
    watch = new StandingWatch();
    stops = [];
    await scene.underLoad();
    scene.inject();
    await lookedAt(scene, async () => {
      await replace(scene, 'assessment-2');
      await replaceInPlace(scene, 'assessment');
      await replace(scene, 'scoring');
      await replace(scene, 'scheduler');
      await replaceInPlace(scene, 'gateway-2');
      await replaceInPlace(scene, 'gateway');
      // A group that has lost a member has to be seen going on.
      await sleep(STANDSTILL_MAX_SECONDS * 1_000);
    });
    scene.heal();
  },
  problems({ history }) {
    const met = answerTries(history).filter(({ intent, outcome }) =>
      stops.some(
        ({ atMs, url }) =>
          intent.gateway === url && intent.atMs <= atMs - ARRIVED_MS && (outcome === null || outcome.atMs >= atMs),
      ),
    );
    const unknown = met.filter(({ outcome }) => outcome?.outcome !== 'ok' && outcome?.outcome !== 'fail');
    const { longest, count } = watch;
    process.stdout.write(
      `${stops.length} stops met ${met.length} answers; of ${count} looks the longest standstill: ${JSON.stringify(longest)}\n`,
    );
    return [
      ...unknown
        .slice(0, NAMED_MAX)
        .map(({ operation, outcome }) => `answer ${operation.op} had arrived and is unknown (${outcome?.code ?? '-'})`),
      ...(longest && longest.seconds > STANDSTILL_MAX_SECONDS
        ? [`${longest.partition} stood still for ${longest.seconds.toFixed(1)} s`]
        : []),
      ...(longest === null ? ['shows nothing: no record ever waited'] : []),
    ];
  },
};

faultSuite('services are replaced one at a time without a trace', [replaced]);
