import { readOptions, UsageError } from './options';

describe('options', () => {
  test('without any, all 600 play on the embedded system', () => {
    expect(readOptions([])).toEqual({
      log: 'postgres',
      brokers: [],
      given: null,
      people: 600,
      json: null,
      keep: false,
    });
  });

  test('all of them', () => {
    const args = ['--log', 'kafka', '--brokers', 'a:1, b:2', '--people', '60', '--json', 'x.json', '--keep'];
    expect(readOptions(args)).toEqual({
      log: 'kafka',
      brokers: ['a:1', 'b:2'],
      given: null,
      people: 60,
      json: 'x.json',
      keep: true,
    });
  });

  test('a system that runs already needs no log of ours, and compose is how to act on it unless told otherwise', () => {
    const { given } = readOptions(['--gateway', 'http://127.0.0.1:8080/', '--kill', 'kill it'])!;
    expect(given).toMatchObject({ url: 'http://127.0.0.1:8080', kill: 'kill it' });
    expect(given?.cli).toContain('docker compose');
  });

  test('help is no options', () => {
    expect(readOptions(['--help'])).toBeNull();
  });

  test.each([
    ['an unknown option', ['--persons', '60']],
    ['too few people', ['--people', '5']],
    ['more people than respondents', ['--people', '601']],
    ['an unknown log', ['--log', 'redis']],
    ['brokers without Kafka', ['--brokers', 'a:1']],
    ['a log beside a system that runs already', ['--gateway', 'http://127.0.0.1:8080', '--log', 'kafka']],
  ])('%s is refused', (_, args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  });
});
