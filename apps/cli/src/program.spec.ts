import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createProgram } from './program';

const surroundings = { env: {}, streams: { out: () => {}, error: () => {} } };

/** What takes long to load: frameworks, drivers, and the schemas of events. */
const HEAVY = /node_modules\/(@nestjs|typeorm|kafkajs|pg|ajv|highs|fastify)\//;
const SERVICES = /node_modules\/(@nestjs|typeorm|kafkajs|pg|highs|fastify)\//;

function listed(words?: readonly string[]): string[][] {
  const { commands } = createProgram(surroundings, words);
  return commands.map((command) => [command.name(), command.description()]);
}

describe('the program', () => {
  test('lists groups that it has not loaded as they list themselves', () => {
    const whole = listed();
    expect(whole.length).toBeGreaterThan(20);
    expect(listed(['--help'])).toEqual(whole);
  });

  test('loads what was named, wherever it stands', () => {
    const { commands } = createProgram(surroundings, ['--json', '--url', 'http://x', 'rollout', 'hold']);
    const childrenOf = (name: string) => commands.find((command) => command.name() === name)!.commands.length;
    expect(childrenOf('rollout')).toBeGreaterThan(0);
    expect(childrenOf('plan')).toBe(0);
  });

  test.each([
    ['says what there is without a framework, a driver or a schema', ['--help'], HEAVY],
    ['talks HTTP without a framework or a driver', ['rollout', '--help'], SERVICES],
  ])('%s', (_what, words, heavy) => {
    const script = `
      const { createProgram } = require('./apps/cli/src/program.ts');
      require('./apps/cli/src/run-command.ts');
      const surroundings = { env: {}, streams: { out: () => {}, error: () => {} } };
      createProgram(surroundings, ${JSON.stringify(words)}).helpInformation();
      console.log(JSON.stringify(Object.keys(require.cache)));`;
    const loaded = execFileSync(process.execPath, ['-r', './tools/register.cjs', '-e', script], {
      cwd: join(__dirname, '../../..'),
      encoding: 'utf8',
    });
    const files = JSON.parse(loaded) as string[];
    expect(files.some((file) => file.endsWith('program.ts'))).toBe(true);
    expect(files.filter((file) => heavy.test(file))).toEqual([]);
  });
});
