import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { createProgram } from '../../apps/cli/src/program';
import { blockCommands, inlineCommands, wordsOf } from './documented-commands';
import { textOf } from './monitoring-files';

const ROOT = join(__dirname, '../..');
const commands = [...blockCommands(), ...inlineCommands()];
const compose = parse(textOf('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, { readonly profiles?: readonly string[] }>>;
  readonly volumes: object;
};
const scripts = Object.keys((JSON.parse(textOf('package.json')) as { scripts: object }).scripts);
const NPM_ITSELF = ['ci', 'start'];

/** What stands behind variables that are set for one command. */
const withoutVariables = (line: string) => line.replace(/^(?:[A-Z_]+=\S* )+/, '');
const startingWith = (start: string) =>
  [...new Set(commands.map(({ line }) => withoutVariables(line)))].filter((line) => line.startsWith(`${start} `));

describe('commands of docs/operations.md', () => {
  test('are found', () => {
    expect(commands.length).toBeGreaterThan(40);
  });

  const program = createProgram({ env: {}, streams: { out: () => undefined, error: () => undefined } });

  test.each(startingWith('petabakat'))('%s is a command of the command line, with options that it has', (line) => {
    const words = wordsOf(line).slice(1);
    let command: Command = program;
    while (words.length > 0) {
      const next = command.commands.find((one) => one.name() === words[0]);
      if (!next) break;
      command = next;
      words.shift();
    }
    expect(command).not.toBe(program);
    expect(argumentProblems(command, words, program)).toEqual([]);
  });

  test.each(startingWith('docker compose'))('%s names services, profiles and scales that there are', (line) => {
    const words = wordsOf(line.split(/ [<>|] /)[0]!).slice(2);
    const profiles = valuesOf(words, '--profile');
    const known = new Set(Object.values(compose.services).flatMap((one) => one.profiles ?? []));
    expect(profiles.filter((name) => !known.has(name))).toEqual([]);
    const scaled = valuesOf(words, '--scale').map((scale) => scale.split('=')[0]!);
    const [subcommand, ...named] = words.filter((word) => !word.startsWith('-') && !valueWords(words).includes(word));
    // What follows the first service is a command of its own, or a port.
    const services = ['exec', 'run', 'port'].includes(subcommand!) ? named.slice(0, 1) : named;
    expect([...services, ...scaled].filter((name) => !(name in compose.services))).toEqual([]);
  });

  test.each(startingWith('npm'))('%s is there', (line) => {
    const [, first, second] = wordsOf(line);
    expect([...NPM_ITSELF, ...scripts]).toContain(first === 'run' ? second : first);
  });

  test('files and folders of the repository that are named are there', () => {
    const named = textOf('docs', 'operations.md').match(/\bdeploy\/[\w./-]*\w/g) ?? [];
    const made = /^deploy\/secrets\//;
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !made.test(path) && !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('volumes that are copied are volumes of the compose file', () => {
    const named = textOf('docs', 'operations.md').match(/petabakat_([a-z0-9-]*-data)/g) ?? [];
    expect(named.map((name) => name.slice('petabakat_'.length)).filter((name) => !(name in compose.volumes))).toEqual(
      [],
    );
  });
});

function argumentProblems(command: Command, words: readonly string[], program: Command): string[] {
  const problems: string[] = [];
  const positional: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (!word.startsWith('--')) {
      positional.push(word);
      continue;
    }
    const option = [...command.options, ...program.options].find(({ long }) => long === word);
    if (!option) problems.push(`${command.name()} has no ${word}`);
    else if (option.required) at += 1;
  }
  const { registeredArguments } = command;
  const least = registeredArguments.filter(({ required }) => required).length;
  // In a sentence a command may be named without what it is given.
  if (positional.length > 0 && (positional.length < least || positional.length > registeredArguments.length))
    problems.push(`${command.name()} takes ${least} to ${registeredArguments.length} arguments`);
  return problems;
}

function valuesOf(words: readonly string[], option: string): string[] {
  return words.flatMap((word, index) => (word === option ? [words[index + 1]!] : []));
}

/** Values that stand behind options as words of their own. */
function valueWords(words: readonly string[]): string[] {
  return ['--profile', '--scale', '--index', '--tail', '--wait-timeout', '--user'].flatMap((option) =>
    valuesOf(words, option),
  );
}
