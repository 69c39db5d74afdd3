import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { isTransientDatabaseError } from './transient-error';

const withCode = (code: string, message = 'from the server') => Object.assign(new Error(message), { code });

describe('transient database errors', () => {
  test.each([
    ['08006', 'connection failure'],
    ['53300', 'too many connections'],
    ['53100', 'disk full'],
    ['57P01', 'admin shutdown'],
    ['57P03', 'cannot connect now'],
    ['40001', 'serialization failure'],
    ['40P01', 'deadlock'],
    ['55P03', 'lock not available'],
    ['57014', 'statement timeout'],
    ['ECONNREFUSED', 'no server'],
    ['ECONNRESET', 'connection reset'],
  ])('%s (%s) is transient', (code) => {
    expect(isTransientDatabaseError(withCode(code))).toBe(true);
  });

  test.each([
    ['23505', 'unique violation'],
    ['22P05', 'untranslatable character'],
    ['22003', 'number out of range'],
    ['42P01', 'undefined table'],
    ['XX000', 'internal error'],
  ])('%s (%s) is not', (code) => {
    expect(isTransientDatabaseError(withCode(code))).toBe(false);
  });

  test.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'timeout exceeded when trying to connect',
    'Query read timeout',
  ])('the driver’s own "%s" is transient', (message) => {
    expect(isTransientDatabaseError(new Error(message))).toBe(true);
  });

  test('a wrapped error counts as what it wraps', () => {
    expect(isTransientDatabaseError(new QueryFailedError('SELECT 1', [], withCode('40001')))).toBe(true);
    expect(isTransientDatabaseError(new QueryFailedError('SELECT 1', [], withCode('23505')))).toBe(false);
    expect(
      isTransientDatabaseError(new Error('outer', { cause: new Error('inner', { cause: withCode('57P02') }) })),
    ).toBe(true);
  });

  test('a transaction whose connection broke between two statements is transient', () => {
    expect(isTransientDatabaseError(new QueryRunnerAlreadyReleasedError())).toBe(true);
  });

  test('a text that only mentions a timeout is not', () => {
    expect(isTransientDatabaseError(withCode('23514', 'check timeout expired violated'))).toBe(false);
    expect(isTransientDatabaseError(new Error('the form has a timeout'))).toBe(false);
    expect(isTransientDatabaseError('Connection terminated')).toBe(false);
    expect(isTransientDatabaseError(null)).toBe(false);
  });
});
