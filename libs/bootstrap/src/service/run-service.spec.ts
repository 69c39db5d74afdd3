import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { DomainError } from '@app/contracts';
import { EXIT_FATAL, type ServiceContext, type ServiceProcess, outliveReaders, runService } from './run-service';

/** Stands for the process: signals are sent to it, and it remembers how it ended. */
class FakeProcess extends EventEmitter implements ServiceProcess {
  exit: (code: number) => void;
  readonly ended = new Promise<number>((resolve) => {
    this.exit = resolve;
  });
}

describe('running a service', () => {
  const written: string[] = [];

  beforeEach(() => {
    written.length = 0;
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, 'write').mockImplementation((chunk) => {
        written.push(String(chunk));
        return true;
      });
    }
  });

  afterEach(() => jest.restoreAllMocks());

  test.each(['SIGTERM', 'SIGINT'] as const)('%s stops it in order and ends with 0', async (signal) => {
    const host = new FakeProcess();
    const stop = jest.fn(() => Promise.resolve());
    await runService('things', () => Promise.resolve({ url: 'http://127.0.0.1:1', stop }), host);
    expect(written.join('')).toContain('"url":"http://127.0.0.1:1"');
    host.emit(signal);
    expect(await host.ended).toBe(0);
    expect(stop).toHaveBeenCalledTimes(1);
  });

  test('a second signal does not cut the stop short', async () => {
    const host = new FakeProcess();
    let stopped: () => void = () => undefined;
    const stop = jest.fn(() => new Promise<void>((resolve) => (stopped = resolve)));
    await runService('things', () => Promise.resolve({ url: 'http://127.0.0.1:1', stop }), host);
    host.emit('SIGTERM');
    await Promise.resolve();
    expect(host.listenerCount('SIGTERM')).toBe(1);
    host.emit('SIGTERM');
    await new Promise((wake) => setImmediate(wake));
    expect(stop).toHaveBeenCalledTimes(1);
    stopped();
    expect(await host.ended).toBe(0);
  });

  test('a signal during the start stops what the start then gives', async () => {
    const host = new FakeProcess();
    const stop = jest.fn(() => Promise.resolve());
    let started: (service: { url: string; stop: () => Promise<void> }) => void = () => {};
    const running = runService('things', () => new Promise((resolve) => (started = resolve)), host);
    await Promise.resolve();
    host.emit('SIGTERM');
    started({ url: 'http://127.0.0.1:1', stop });
    await running;
    expect(await host.ended).toBe(0);
    expect(stop).toHaveBeenCalledTimes(1);
  });

  test('a fatal error stops it in order, once, and ends with 70', async () => {
    const host = new FakeProcess();
    const stop = jest.fn(() => Promise.resolve());
    let context: ServiceContext | undefined;
    const start = (given: ServiceContext) => {
      context = given;
      return Promise.resolve({ url: 'http://127.0.0.1:1', stop });
    };
    await runService('things', start, host);
    context?.onFatal(new Error('a consumer stands still'));
    host.emit('unhandledRejection', new Error('and another'));
    expect(await host.ended).toBe(EXIT_FATAL);
    expect(stop).toHaveBeenCalledTimes(1);
    expect(written.join('')).toContain('a consumer stands still');
  });

  test('a stop that fails is not taken for a clean end', async () => {
    const host = new FakeProcess();
    const stop = () => Promise.reject(new Error('the flush failed'));
    await runService('things', () => Promise.resolve({ url: 'http://127.0.0.1:1', stop }), host);
    host.emit('SIGTERM');
    expect(await host.ended).toBe(1);
  });

  test('all problems of a configuration are printed before it ends with 1', async () => {
    const host = new FakeProcess();
    const problems = [
      { at: 'PORT', message: 'is missing' },
      { at: 'PETABAKAT_SECRET', message: 'is too short' },
    ];
    const start = () => Promise.reject(new DomainError('config.invalid', undefined, { problems }));
    await runService('things', start, host);
    expect(await host.ended).toBe(1);
    expect(written.join('')).toContain('config.invalid\n  PORT is missing\n  PETABAKAT_SECRET is too short\n');
  });

  test('a log that nobody reads any more is no reason to stop', () => {
    const stream = new PassThrough();
    const lose = () => stream.emit('error', new Error('write EPIPE'));
    expect(lose).toThrow('EPIPE');
    outliveReaders([stream as unknown as NodeJS.WriteStream]);
    expect(lose).not.toThrow();
  });
});
