import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessName } from '@app/testing';
import { Client } from 'pg';
import type { FaultRow } from './harness/fault.row';
import type { FaultScene } from './harness/fault.scene';
import { faultSuite } from './harness/fault.suite';
import { type Pin, SECOND_HALL, SecondHall } from './harness/second.hall';

const CANDIDATES = 6;
/** So long that no PIN has ended when it is tried again: it has to be refused because it was used. */
const LEAD_MS = 600_000;
/** What happens in this time is in the log and not in the copy. */
const AFTER_COPY_MS = 6_000;
const CAUGHT_UP_MS = 15_000;
const CONSUMERS: readonly ProcessName[] = ['assessment', 'scheduler', 'scoring'];

let hall: SecondHall;
let pins: readonly Pin[] = [];
let acceptedAgain: string[] = [];
let roomSeen: string | null = null;

/** The database is set back to a cold copy while the log goes on: replay has to bring back everything since. */
const olderDatabase: FaultRow = {
  name: 'older-database-restored',
  logs: ['one-broker'],
  cutsReplies: [],
  load: { minutes: 1.2, incidentShare: 0.3 },
  async arrange(scene) {
    ({ hall, pins } = await SecondHall.planned(scene, CANDIDATES, LEAD_MS));
    await scene.platform.copyPostgres();
  },
  async harm(scene) {
    await scene.underLoad();
    await hall.planIn('room-of-the-lost-days');
    for (const pin of pins) await hall.logIn(pin);
    await sleep(AFTER_COPY_MS);
    scene.inject();
    for (const name of CONSUMERS) await scene.kill(name);
    await scene.platform.restorePostgres();
    scene.hit('PostgreSQL is as it was before the load');
    await Promise.all(CONSUMERS.map((name) => scene.platform.processes.start(name)));
    scene.heal();
    acceptedAgain = await pinsAcceptedAgain();
    await hall.planIn('room-of-today');
    await sleep(CAUGHT_UP_MS);
    roomSeen = await roomOfSecondHall(scene);
  },
  problems: () => [
    ...acceptedAgain.map((number) => `the used PIN of ${number} was accepted again`),
    ...(roomSeen === 'room-of-today'
      ? []
      : [`a change after the restoration did not reach the assessment service, which knows ${roomSeen}`]),
  ],
};

async function pinsAcceptedAgain(): Promise<string[]> {
  const accepted: string[] = [];
  for (const pin of pins) {
    const { verdict } = await hall.tryLogIn(pin);
    if (verdict.outcome === 'ok') accepted.push(pin.participantNumber);
    else if (verdict.code !== 'pin.used') throw new Error(`nobody can say whether the PIN is used: ${verdict.code}`);
  }
  return accepted;
}

async function roomOfSecondHall(scene: FaultScene): Promise<string | null> {
  const client = new Client({ connectionString: scene.platform.postgres.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ room: string }>(
      'SELECT room FROM assessment.sessions WHERE session_id = $1',
      [SECOND_HALL],
    );
    return rows[0]?.room ?? null;
  } finally {
    await client.end();
  }
}

faultSuite('a restored database catches up with the log', [olderDatabase]);
