import { readOptions } from './options';

describe('the options of the rollout demonstration', () => {
  test('without any, the whole population with its incident', () => {
    expect(readOptions([])).toEqual({ people: 68_000, seed: 20_221_001, out: '.data/rollout', withIncident: true });
  });

  test('all of them', () => {
    const args = ['--people', '1500', '--seed', '7', '--out', '/tmp/x', '--no-incident'];
    expect(readOptions(args)).toEqual({ people: 1_500, seed: 7, out: '/tmp/x', withIncident: false });
  });

  test('help is an answer of its own', () => {
    expect(readOptions(['--help', '--people', 'x'])).toBeNull();
  });

  test.each([
    [['--people', '999'], '--people'],
    [['--people', '1e4'], '--people'],
    [['--people', '100001'], '--people'],
    [['--seed=-1'], '--seed'],
    [['--seed', '1234567890'], '--seed'],
    [['--out', ' '], '--out'],
    [['--pepole', '1500'], 'options'],
    [['1500'], 'options'],
  ])('%j is refused with a code that names %s', (args, at) => {
    expect(() => readOptions(args)).toThrow(
      expect.objectContaining({
        code: 'demo.option-invalid',
        options: expect.objectContaining({ problems: [expect.objectContaining({ at })] }),
      }),
    );
  });

  test('everything that is wrong is named at once', () => {
    expect(() => readOptions(['--people', 'many', '--seed', 'x'])).toThrow(
      expect.objectContaining({
        options: expect.objectContaining({
          problems: [expect.objectContaining({ at: '--people' }), expect.objectContaining({ at: '--seed' })],
        }),
      }),
    );
  });
});
