import { type EventLog, VirtualRuntime } from '@app/messaging';
import { LogProbe } from './log-probe';

function setUp() {
  const runtime = new VirtualRuntime();
  const ranges = jest.fn(() => Promise.resolve(new Map()));
  return { runtime, ranges, probe: new LogProbe({ ranges } as unknown as EventLog, runtime) };
}

describe('whether the log takes answers', () => {
  test('an idle gateway asks the log, and is told where it does not answer', async () => {
    const { probe, ranges } = setUp();
    await probe.check();
    expect(ranges).toHaveBeenCalledTimes(1);
    ranges.mockRejectedValue(new Error('away'));
    await expect(probe.check()).rejects.toThrow('away');
  });

  test('a log that acknowledges is not asked, however busy it is', async () => {
    const { probe, ranges, runtime } = setUp();
    ranges.mockImplementation(() => new Promise(() => undefined));
    probe.noteAppended();
    await runtime.advance(4_000);
    await probe.check();
    expect(ranges).not.toHaveBeenCalled();
  });

  test('an acknowledgement of long ago proves nothing', async () => {
    const { probe, ranges, runtime } = setUp();
    probe.noteAppended();
    await runtime.advance(6_000);
    ranges.mockRejectedValue(new Error('away'));
    await expect(probe.check()).rejects.toThrow('away');
  });
});
