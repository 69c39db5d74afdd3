import { MeetingPoint } from './meeting-point';

describe('a meeting point', () => {
  test('acts once, when all have come, and gives all the same result', async () => {
    const act = jest.fn(async (inputs: readonly string[]) => inputs.join('+'));
    const point = new MeetingPoint(2, act);
    const first = point.come(0, 'a');
    expect(act).not.toHaveBeenCalled();
    const second = point.come(1, 'b');
    expect(await Promise.all([first, second])).toEqual(['a+b', 'a+b']);
    expect(act).toHaveBeenCalledTimes(1);
  });

  test('does not wait for one who has ended without coming', async () => {
    const point = new MeetingPoint(3, async (inputs: readonly string[]) => inputs.length);
    point.leave(2);
    const first = point.come(0, 'a');
    point.leave(1);
    expect(await first).toBe(1);
    point.leave(0);
  });

  test('nobody comes twice, and a failure reaches all', async () => {
    const point = new MeetingPoint(2, () => Promise.reject(new RangeError('no')));
    const first = point.come(0, 'a');
    await expect(point.come(0, 'again')).rejects.toThrow('twice');
    const second = point.come(1, 'b');
    await expect(first).rejects.toThrow(RangeError);
    await expect(second).rejects.toThrow(RangeError);
  });
});
