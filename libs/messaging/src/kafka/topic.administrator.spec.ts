import { DomainError, type TopicSpec } from '@app/contracts';
import type { Admin } from 'kafkajs';
import { VirtualRuntime } from '../memory/virtual-runtime';
import { TopicAdministrator } from './topic.administrator';
import type { TopicDirectory } from './topic.directory';

const TOPICS = ['one', 'two'].map((name) => ({ name, partitions: 1, retentionMs: -1 })) as unknown as TopicSpec[];

const NOT_LEADER = Object.assign(new Error('This server is not the leader for that topic-partition'), {
  type: 'NOT_LEADER_FOR_PARTITION',
  retriable: true,
});
const TOO_FEW_BROKERS = Object.assign(new Error('Replication-factor is invalid'), { retriable: false });

/** A cluster of one broker, as slow as a test wants it. */
function setUp() {
  const runtime = new VirtualRuntime();
  const made = new Set<string>();
  const admin = {
    listTopics: jest.fn(async () => [...made]),
    createTopics: jest.fn(async ({ topics }: { topics: { topic: string }[] }) => {
      for (const { topic } of topics) made.add(topic);
      return true;
    }),
    describeConfigs: async ({ resources }: { resources: { name: string }[] }) => ({
      resources: resources.map(({ name }) => ({
        resourceName: name,
        configEntries: [
          { configName: 'max.message.bytes', configValue: '1048588' },
          { configName: 'min.insync.replicas', configValue: '1' },
          { configName: 'cleanup.policy', configValue: 'delete' },
        ],
      })),
    }),
  };
  const directory = { partitions: async () => [{ replicas: [1] }] } as unknown as TopicDirectory;
  const askLeaders = jest.fn(() => Promise.resolve());
  const settings = { replicationFactor: 1, minInSyncReplicas: 1 } as const;
  const administrator = new TopicAdministrator(admin as unknown as Admin, directory, settings, askLeaders, runtime);
  return { administrator, admin, askLeaders, runtime };
}

/** Lets virtual time pass until the work is done. */
async function outcomeOf(work: Promise<void>, runtime: VirtualRuntime): Promise<unknown> {
  let outcome: unknown = null;
  work.then(
    () => (outcome = 'made'),
    (error: unknown) => (outcome = error),
  );
  await runtime.until(() => outcome !== null);
  return outcome;
}

describe('making topics', () => {
  test('makes what is missing, once, and asks its leaders', async () => {
    const { administrator, admin, askLeaders, runtime } = setUp();
    expect(await outcomeOf(administrator.createTopics(TOPICS), runtime)).toBe('made');
    expect(await outcomeOf(administrator.createTopics(TOPICS), runtime)).toBe('made');
    expect(admin.createTopics).toHaveBeenCalledTimes(1);
    expect(askLeaders).toHaveBeenCalledWith('two');
  });

  test('a broker that takes half a minute to find its leaders is waited for', async () => {
    const { administrator, admin, askLeaders, runtime } = setUp();
    askLeaders.mockImplementation(() =>
      runtime.monotonicMs() < 30_000 ? Promise.reject(NOT_LEADER) : Promise.resolve(),
    );
    expect(await outcomeOf(administrator.createTopics(TOPICS), runtime)).toBe('made');
    expect(admin.createTopics).toHaveBeenCalledTimes(1);
  });

  test('a broker that answers late and has made them is believed', async () => {
    const { administrator, admin, runtime } = setUp();
    const make = admin.createTopics.getMockImplementation()!;
    admin.createTopics.mockImplementationOnce(async (request) => {
      await make(request);
      throw Object.assign(new Error('Request CreateTopics timed out'), { retriable: true });
    });
    expect(await outcomeOf(administrator.createTopics(TOPICS), runtime)).toBe('made');
  });

  test('one that never settles is given up after a minute, with a code', async () => {
    const { administrator, askLeaders, runtime } = setUp();
    askLeaders.mockRejectedValue(Object.assign(new Error('retries exceeded'), { retriable: false, cause: NOT_LEADER }));
    const outcome = await outcomeOf(administrator.createTopics(TOPICS), runtime);
    expect(outcome).toBeInstanceOf(DomainError);
    expect(outcome).toMatchObject({ code: 'log.topics-not-made' });
    expect(runtime.monotonicMs()).toBeGreaterThan(50_000);
    expect(runtime.monotonicMs()).toBeLessThanOrEqual(60_000);
  });

  test('what is wrong with the request is told at once, with a code', async () => {
    const { administrator, admin, runtime } = setUp();
    const errors = [TOO_FEW_BROKERS, NOT_LEADER];
    admin.createTopics.mockRejectedValue(Object.assign(new Error('Topic creation errors'), { errors }));
    expect(await outcomeOf(administrator.createTopics(TOPICS), runtime)).toMatchObject({
      code: 'log.topics-not-made',
      message: expect.stringContaining('Replication-factor is invalid'),
    });
    expect(runtime.monotonicMs()).toBe(0);
  });
});
