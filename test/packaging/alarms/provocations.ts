import { TOPICS } from '@app/contracts';
import { APPS } from '@app/testing';
import { until } from '../../load/platform/staff.client';
import type { WatchedPlatform } from './watched.platform';

/** How alarms are made to fire on a running platform, and the steps of docs/operations.md that end them. */
export interface Provocation {
  /** One cause may raise several. */
  readonly alarms: readonly string[];
  /** What is done, in a few words; docs/operations.md has the same. */
  readonly cause: string;
  readonly step: string;
  /** @returns what the documented step does */
  provoke(platform: WatchedPlatform): Promise<() => Promise<void>>;
}

/** Alarms that rest on programs which are not part of the platform. */
export const NOT_PROVOKED: Readonly<Record<string, string>> = {
  DiskFilling: 'needs a node exporter, and a disk that may be filled',
  CertificateExpiring: 'needs a blackbox exporter before a balancer with a certificate',
};

const CLOCK_AHEAD_MS = 400;
const SLOW_LOG_MS = 1_500;
/** More than the thousand of the rule, with those that come anyway. */
const ANSWERS_BEHIND = 1_100;
const BAD_RECORD = 'no event';
const BROKEN_RELEASE = 'broken_release';
/** A partition that stands still is tried again after half a minute. */
const STANDSTILL_RETRY_MS = 60_000;

export const PROVOCATIONS: readonly Provocation[] = [
  {
    alarms: ['ServiceDown'],
    cause: 'the process of the scheduler is killed',
    step: 'it is started again',
    async provoke({ parts }) {
      await parts.processes.kill('scheduler');
      return () => parts.processes.start('scheduler');
    },
  },
  {
    alarms: ['ServiceMissing'],
    cause: 'no scheduler is left under the name of the service',
    step: 'it is there again',
    async provoke({ prometheus, parts }) {
      const targets = new Map(APPS.map((app) => [app, parts.processes.urlOf(app)]));
      prometheus.watch(new Map([...targets].filter(([app]) => app !== 'scheduler')));
      return async () => prometheus.watch(targets);
    },
  },
  {
    alarms: ['ClockApart'],
    cause: 'the clock of the gateway is set 0.4 s ahead',
    step: 'it is set right',
    async provoke(platform) {
      platform.setGatewayClockAhead(CLOCK_AHEAD_MS);
      return async () => platform.setGatewayClockAhead(0);
    },
  },
  {
    alarms: ['AcknowledgementSlow'],
    cause: 'each reply of the brokers takes 1.5 s longer',
    step: 'the way to the log is as fast as before',
    async provoke({ proxies }) {
      for (const proxy of proxies) proxy.latency(SLOW_LOG_MS);
      return async () => proxies.forEach((proxy) => proxy.heal());
    },
  },
  {
    alarms: ['DeadLettersOpen'],
    cause: 'a record that is no event stands under an attempt',
    step: '`petabakat dead-letters list`, `show` and `replay`',
    async provoke(platform) {
      await appendBadRecord(platform);
      return () => replayLatest(platform);
    },
  },
  {
    alarms: ['PartitionStanding'],
    cause: 'the release cannot write what such a record changes',
    step: 'the release is mended, and `petabakat dead-letters dismiss`',
    async provoke(platform) {
      await platform.query(`ALTER TABLE assessment.attempts ADD CONSTRAINT ${BROKEN_RELEASE} CHECK (false) NOT VALID`);
      await appendBadRecord(platform);
      return async () => {
        await platform.query(`ALTER TABLE assessment.attempts DROP CONSTRAINT ${BROKEN_RELEASE}`);
        await until('the record is set aside', STANDSTILL_RETRY_MS, () => platform.isFiring('DeadLettersOpen'));
        await dismissLatest(platform);
      };
    },
  },
  {
    alarms: ['LogGap'],
    cause: 'scoring stands behind the end of the log, as after the restoring of an older one',
    step: '`petabakat gaps list` and `petabakat gaps accept`',
    async provoke(platform) {
      const { name } = TOPICS.responses;
      await platform.restart('scoring', () =>
        platform.query(
          `UPDATE scoring.consumer_progress SET next_offset = next_offset + 17 WHERE topic = '${name}' AND partition = 4`,
        ),
      );
      return () => acceptGap(platform);
    },
  },
  {
    alarms: ['ConsumerLag', 'ConsumerLagGrowing'],
    cause: 'a table that assessment writes is locked, and 1,100 answers come',
    step: 'the lock is let go',
    async provoke(platform) {
      const letGo = await platform.holdTable('assessment.answer_events');
      await platform.answerMany(ANSWERS_BEHIND);
      return letGo;
    },
  },
  {
    alarms: ['PartitionRetrying'],
    cause: 'PostgreSQL is killed',
    step: 'it is started again',
    async provoke({ parts }) {
      await parts.killPostgres();
      return () => parts.startPostgres();
    },
  },
  {
    alarms: ['BrokerLost'],
    cause: 'one of three brokers is killed',
    step: 'it is started again',
    async provoke(platform) {
      await platform.killBrokers([3]);
      return () => platform.startBrokers([3]);
    },
  },
  {
    alarms: ['AnswersUnknown'],
    cause: 'all brokers stand still while answers are on their way',
    step: 'they go on',
    async provoke(platform) {
      await platform.freezeBrokers();
      return () => platform.unfreezeBrokers();
    },
  },
  {
    alarms: ['LogUnavailable', 'AnswersNotAppended', 'ServerErrors', 'OutboxOld'],
    cause: 'all brokers are killed, and somebody registers people',
    step: 'they are started again',
    async provoke(platform) {
      await platform.killBrokers();
      // Its event waits in the outbox; the request itself gives up before.
      void platform.people
        .as('operations', 'POST', '/v1/participants/import', { csv: ONE_MORE_PERSON })
        .catch(() => undefined);
      return () => platform.startBrokers();
    },
  },
];

const ONE_MORE_PERSON = 'participantNumber,name,nip,agency\nS-900,Kanari Uji 900,197506172005011900,bkn';

async function appendBadRecord({ parts, attemptId }: WatchedPlatform): Promise<void> {
  await parts.log.append(TOPICS.attempts.name, [{ key: attemptId, value: BAD_RECORD }]);
}

interface LetterRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

async function latestLetter(platform: WatchedPlatform): Promise<LetterRow> {
  const letters = JSON.parse(await platform.command('dead-letters', 'list', '--json')) as LetterRow[];
  return letters.reduce((latest, one) => (one.offset > latest.offset ? one : latest));
}

/** Repeats a decision as its refusal asks for, until it is seen to be in force. */
async function settle(platform: WatchedPlatform, ...words: string[]): Promise<void> {
  for (;;) {
    try {
      await platform.command(...words);
      return;
    } catch (error) {
      const refusal = String(error);
      if (refusal.includes('attempt.no-such-dead-letter')) return;
      if (!refusal.includes('attempt.catching-up')) throw error;
    }
  }
}

async function replayLatest(platform: WatchedPlatform): Promise<void> {
  const { topic, partition, offset } = await latestLetter(platform);
  const shown = await platform.command('dead-letters', 'show', topic, `${partition}`, `${offset}`);
  if (!shown.includes(BAD_RECORD)) throw new Error(`the record is not shown as it stands: ${shown}`);
  const file = platform.fileOf('mended.json', JSON.stringify(platform.nextAnswer()));
  const words = ['--answer', file, '--reason', 'mended'];
  await settle(platform, 'dead-letters', 'replay', platform.attemptId, `${offset}`, ...words);
}

async function dismissLatest(platform: WatchedPlatform): Promise<void> {
  const { offset } = await latestLetter(platform);
  const words = ['--attempt', platform.attemptId, '--reason', 'not-an-answer'];
  await settle(platform, 'dead-letters', 'dismiss', `${offset}`, ...words);
}

interface GapRow {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly logEnd: number;
}

async function acceptGap(platform: WatchedPlatform): Promise<void> {
  const gaps = JSON.parse(await platform.command('gaps', 'list', '--json')) as GapRow[];
  for (const { group, topic, partition, position, logEnd } of gaps) {
    const places = ['--from', `${position}`, '--to', `${logEnd}`];
    const decision = ['--actor', 'rini', '--reason', 'log restored'];
    await platform.command('gaps', 'accept', group, topic, `${partition}`, ...places, ...decision);
  }
}
