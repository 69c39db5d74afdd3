import { readOptions, UsageError } from './options';

describe('options', () => {
  test('without any, all 600 play on the embedded system', () => {
    expect(readOptions([])).toEqual({ log: 'postgres', brokers: [], people: 600, json: null, keep: false });
  });

  test('all of them', () => {
    const args = ['--log', 'kafka', '--brokers', 'a:1, b:2', '--people', '60', '--json', 'x.json', '--keep'];
    expect(readOptions(args)).toEqual({
      log: 'kafka',
      brokers: ['a:1', 'b:2'],
      people: 60,
      json: 'x.json',
      keep: true,
    });
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
  ])('%s is refused', (_, args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  });
});
