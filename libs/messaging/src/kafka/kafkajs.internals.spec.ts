import { Cluster } from './kafkajs.internals';

/** The version whose insides this adapter was written for and tried against. */
const KNOWN_VERSION = '2.2.4';

describe('the insides of kafkajs', () => {
  test('are those of the version that was tried', () => {
    expect((require('kafkajs/package.json') as { version: string }).version).toBe(KNOWN_VERSION);
  });

  test('a cluster has the methods that the reader calls', () => {
    const methods = [
      'connect',
      'disconnect',
      'addTargetTopic',
      'refreshMetadata',
      'refreshMetadataIfNecessary',
      'findTopicPartitionMetadata',
      'findBroker',
      'fetchTopicsOffset',
    ];
    const prototype = (Cluster as unknown as { prototype: Record<string, unknown> }).prototype;
    expect(methods.filter((name) => typeof prototype[name] !== 'function')).toEqual([]);
  });
});
