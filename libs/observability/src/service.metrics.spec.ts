import { Registry } from 'prom-client';
import { ServiceMetrics } from './service.metrics';

const PARTITION = { topic: 'petabakat.attempts.v1', partition: 3, lagRecords: 12, lagSeconds: 4.5 };

function metrics() {
  const registry = new Registry();
  return { registry, watched: new ServiceMetrics(registry) };
}

/** The lines of a page that give figures, sorted. */
async function figures(registry: Registry, name: string): Promise<string[]> {
  const lines = (await registry.metrics()).split('\n');
  return lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)).sort();
}

describe('what a service says about itself', () => {
  test('lag is given in records and seconds, for each partition that the process works on', async () => {
    const { registry, watched } = metrics();
    const partitions = [{ ...PARTITION, state: 'running' as const }];
    watched.watchConsumer({ group: 'assessment', partitions: () => partitions, deadLettersWritten: () => 0 });
    const labels = '{group="assessment",topic="petabakat.attempts.v1",partition="3"}';
    expect(await figures(registry, 'petabakat_consumer_lag_records')).toEqual([
      `petabakat_consumer_lag_records${labels} 12`,
    ]);
    expect(await figures(registry, 'petabakat_consumer_lag_seconds')).toEqual([
      `petabakat_consumer_lag_seconds${labels} 4.5`,
    ]);
    partitions.length = 0;
    expect(await figures(registry, 'petabakat_consumer_lag_records')).toEqual([]);
  });

  test('every state of partitions is counted, also where it is 0', async () => {
    const { registry, watched } = metrics();
    const partitions = () => [
      { ...PARTITION, state: 'gap' as const },
      { ...PARTITION, partition: 4, state: 'running' as const },
    ];
    watched.watchConsumer({ group: 'scoring', partitions, deadLettersWritten: () => 0 });
    expect(await figures(registry, 'petabakat_consumer_partitions')).toEqual([
      'petabakat_consumer_partitions{group="scoring",state="gap"} 1',
      'petabakat_consumer_partitions{group="scoring",state="retrying"} 0',
      'petabakat_consumer_partitions{group="scoring",state="running"} 1',
      'petabakat_consumer_partitions{group="scoring",state="standing"} 0',
    ]);
  });

  test('several groups of one process stand beside each other', async () => {
    const { registry, watched } = metrics();
    for (const [group, written] of [
      ['assessment', 2],
      ['scoring', 0],
    ] as const) {
      watched.watchConsumer({ group, partitions: () => [], deadLettersWritten: () => written });
    }
    const expected = [
      'petabakat_dead_letters_total{group="assessment"} 2',
      'petabakat_dead_letters_total{group="scoring"} 0',
    ];
    expect(await figures(registry, 'petabakat_dead_letters_total')).toEqual(expected);
    expect(await figures(registry, 'petabakat_dead_letters_total')).toEqual(expected);
  });

  test('the outbox and the clock of each database are given', async () => {
    const { registry, watched } = metrics();
    const read = { outboxWaiting: 3, outboxOldestSeconds: 1.5, clockDifferenceSeconds: -0.25 };
    watched.watchDatabase('scoring', async () => read);
    watched.watchClock('gateway', () => 0.75);
    watched.watchClock('never-compared', () => null);
    expect(await figures(registry, 'petabakat_outbox_waiting')).toEqual([
      'petabakat_outbox_waiting{service="scoring"} 3',
    ]);
    expect(await figures(registry, 'petabakat_outbox_oldest_seconds')).toEqual([
      'petabakat_outbox_oldest_seconds{service="scoring"} 1.5',
    ]);
    expect(await figures(registry, 'petabakat_clock_difference_seconds')).toEqual([
      'petabakat_clock_difference_seconds{service="gateway"} 0.75',
      'petabakat_clock_difference_seconds{service="scoring"} -0.25',
    ]);
  });

  test('what cannot be read is absent, not 0, and takes nothing else with it', async () => {
    const { registry, watched } = metrics();
    watched.watchDatabase('scoring', () => Promise.reject(new Error('no connection')));
    watched.watchOpenDeadLetters('scheduler', async () => 2);
    watched.watchLog(() => Promise.reject(new Error('no broker')));
    expect(await figures(registry, 'petabakat_outbox_waiting')).toEqual([]);
    expect(await figures(registry, 'petabakat_log_brokers')).toEqual([]);
    expect(await figures(registry, 'petabakat_dead_letters_open')).toEqual([
      'petabakat_dead_letters_open{service="scheduler"} 2',
    ]);
  });

  test('the brokers of the log and their partitions are counted', async () => {
    const { registry, watched } = metrics();
    watched.watchLog(async () => ({ brokers: 2, underReplicated: 40, withoutLeader: 1 }));
    expect(await figures(registry, 'petabakat_log_brokers')).toEqual(['petabakat_log_brokers 2']);
    expect(await figures(registry, 'petabakat_log_under_replicated_partitions')).toEqual([
      'petabakat_log_under_replicated_partitions 40',
    ]);
    expect(await figures(registry, 'petabakat_log_partitions_without_leader')).toEqual([
      'petabakat_log_partitions_without_leader 1',
    ]);
  });

  test('the build is that of this project', async () => {
    const { registry } = metrics();
    const [line] = await figures(registry, 'petabakat_build_info');
    expect(line).toMatch(/^petabakat_build_info\{version="\d+\.\d+\.\d+[^"]*",node="\d+\.\d+\.\d+"\} 1$/);
  });
});
