import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { correlationId } from './correlation';
import { redactField, redactText } from './redaction';

const LEVELS: readonly LogLevel[] = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'];

/** Nest's own account of how it starts: a hundred lines that matter only to somebody who asks for them. */
const FRAMEWORK_CONTEXTS = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
]);

/** Members of database errors that quote rows and statements: whoever reads the log must not read the roster. */
const QUOTING_MEMBERS = ['detail', 'where', 'query', 'internalQuery', 'driverError'];

type RecordOptions = Parameters<ConsoleLogger['getJsonLogObject']>[1];

/**
 * One line of JSON per message: `logger.log('seats assigned', { sessionId, count })`. Identity numbers, PINs and tokens
 * never reach the line, whoever logs them.
 */
export class JsonLogger extends ConsoleLogger {
  constructor(
    private readonly service: string,
    lowestLevel: LogLevel = 'log',
    /** Of all levels, where one is given; else errors go to standard error and the rest to standard output. */
    private readonly stream?: 'stdout' | 'stderr',
  ) {
    super({
      json: true,
      colors: false,
      compact: true,
      flattenParams: true,
      logLevels: LEVELS.slice(LEVELS.indexOf(lowestLevel)),
    });
  }

  override log(message: unknown, ...parameters: unknown[]): void {
    const context = parameters.at(-1);
    if (typeof context === 'string' && FRAMEWORK_CONTEXTS.has(context)) super.debug(message, ...parameters);
    else super.log(message, ...parameters);
  }

  protected override printAsJson(...[message, options]: Parameters<ConsoleLogger['printAsJson']>): void {
    super.printAsJson(message, this.stream ? { ...options, writeStreamType: this.stream } : options);
  }

  protected override getJsonLogObject(message: unknown, options: RecordOptions) {
    const plain = super.getJsonLogObject(message, options);
    const record = { ...plain, ...fieldsOf(plain) };
    const correlation = correlationId();
    return {
      ...record,
      time: new Date(record.timestamp).toISOString(),
      service: this.service,
      ...(correlation === undefined ? {} : { correlationId: correlation }),
    };
  }

  protected override serializeError(...given: Parameters<ConsoleLogger['serializeError']>): Record<string, unknown> {
    const members = Object.entries(super.serializeError(...given));
    return Object.fromEntries(members.filter(([name]) => !QUOTING_MEMBERS.includes(name)));
  }

  protected override stringifyReplacer(key: string, value: unknown): unknown {
    return super.stringifyReplacer(key, redactField(key, value));
  }

  protected override stringifyJsonLogObject(record: Record<string, unknown>): string {
    return redactText(super.stringifyJsonLogObject(record));
  }
}

/** A message that was given as an object with a `message` of its own: its fields stand beside it, as they do otherwise. */
function fieldsOf(record: { readonly message: unknown }): Readonly<Record<string, unknown>> {
  const { message } = record;
  if (typeof message !== 'object' || message === null || !('message' in message)) return {};
  const {
    level: _level,
    timestamp: _timestamp,
    pid: _pid,
    context: _context,
    ...fields
  } = message as Record<string, unknown>;
  return fields;
}
