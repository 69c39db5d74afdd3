import { readFileSync } from 'node:fs';
import { DomainError, type Problem } from '@app/contracts';
import { type ValidationError, validateSync } from 'class-validator';
import { type ConfigVariable, configVariables } from './config.decorators';

/** Every variable of the platform begins so, except those that a platform sets by custom (PORT, HOST). */
const PREFIX = 'PETABAKAT_';
/** Variables that stand in the same environment, but are read by the tests and by the command line. */
const FOREIGN = /^PETABAKAT_(TEST_|TOKEN$|TOKEN_FILE$|URL$)/;

/**
 * Reads the configuration of one app from its environment: typed, checked, frozen. Throws `config.invalid` with all
 * problems at once. No problem echoes a value.
 *
 * Types follow the property: numbers, booleans (`true`, `false`) and lists (separated by commas) are converted.
 */
export function loadConfig<T extends object>(configClass: new () => T, env: NodeJS.ProcessEnv): Readonly<T> {
  const config = new configClass();
  const variables = configVariables(configClass);
  const problems = unknownVariables(variables, env);
  for (const variable of variables) {
    const value = readVariable(variable, env, problems);
    if (value !== undefined) assign(config, variable.property, value);
  }
  const errors = validateSync(config, { forbidUnknownValues: false, stopAtFirstError: true });
  for (const variable of variables) {
    const error = errors.find(({ property }) => property === variable.property);
    if (error)
      problems.push({ at: variable.name, message: `${messageOf(error, variable, env)} (${variable.meaning})` });
  }
  if (problems.length > 0) {
    const detail = problems.map(({ at, message }) => `${at} ${message}`).join('; ');
    throw new DomainError('config.invalid', `The configuration is not valid: ${detail}`, { problems });
  }
  return Object.freeze(config);
}

function unknownVariables(variables: readonly ConfigVariable[], env: NodeJS.ProcessEnv): Problem[] {
  const known = new Set(variables.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name) && !FOREIGN.test(name))
    .map((name) => ({ at: name, message: 'is not a variable of this app' }));
}

/** An empty variable counts as absent: that is how compose files and shells leave one out. */
function readVariable(variable: ConfigVariable, env: NodeJS.ProcessEnv, problems: Problem[]): string | undefined {
  const value = env[variable.name] || undefined;
  const fileVariable = `${variable.name}_FILE`;
  const file = variable.secret ? env[fileVariable] || undefined : undefined;
  if (file === undefined) return value;
  if (value !== undefined) {
    problems.push({ at: fileVariable, message: `cannot be given together with ${variable.name}` });
    return value;
  }
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch {
    problems.push({ at: fileVariable, message: 'names a file that cannot be read' });
    return undefined;
  }
}

function assign(config: object, property: string, text: string): void {
  const initial = (config as Record<string, unknown>)[property];
  // A property with a default need not name its type, and then the compiler records none.
  const type: unknown = initial?.constructor ?? Reflect.getMetadata('design:type', config, property);
  Object.assign(config, { [property]: convert(type, text) });
}

/** What cannot be converted stays text, so that the property's own check names what is allowed. */
function convert(type: unknown, text: string): unknown {
  if (type === Number) return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === Boolean) return text === 'true' || (text === 'false' ? false : text);
  if (type === Array) return text.split(',').map((part) => part.trim());
  return text;
}

/** class-validator begins each message with the property's name. */
function messageOf(error: ValidationError, variable: ConfigVariable, env: NodeJS.ProcessEnv): string {
  if (error.value === undefined && !env[variable.name]) return 'is missing';
  const message = Object.values(error.constraints ?? {})[0] ?? 'is not allowed';
  return message.startsWith(`${error.property} `) ? message.slice(error.property.length + 1) : message;
}
