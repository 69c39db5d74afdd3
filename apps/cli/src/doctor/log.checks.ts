import { ALL_TOPICS } from '@app/contracts';
import type { EventLog } from '@app/messaging';
import { type Finding, look, unwell, well } from './finding';

const NO_LOG = 'See that the brokers run and that PETABAKAT_KAFKA_BROKERS names them.';

/** The log that the configuration names: its topics and, where it has any, its brokers. */
export function logFindings(open: () => Promise<EventLog>): Promise<Finding[]> {
  return look('log', NO_LOG, async () => {
    const log = await open();
    try {
      const findings = await look('topics', 'Run petabakat topics create.', () => topicFindings(log));
      if (!log.condition) return findings;
      return [...findings, ...(await look('brokers', NO_LOG, async () => [await brokerFinding(log)]))];
    } finally {
      await log.close();
    }
  });
}

async function topicFindings(log: EventLog): Promise<Finding[]> {
  await log.verifyTopics(ALL_TOPICS);
  return [well('topics', `all ${ALL_TOPICS.length} are there, with their partitions and safe settings`)];
}

async function brokerFinding(log: EventLog): Promise<Finding> {
  const { brokers, underReplicated, withoutLeader } = await log.condition!(ALL_TOPICS);
  const found = `${brokers}; ${underReplicated} partitions have too few copies, ${withoutLeader} have no leader`;
  if (underReplicated + withoutLeader === 0) return well('brokers', found);
  return unwell('brokers', found, 'Bring the missing broker back; docs/operations.md, BrokerLost.');
}
