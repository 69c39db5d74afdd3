import { HandlerSlots } from './handler-slots';

describe('HandlerSlots', () => {
  test('no more run at a time than there are slots, and all run in the order they came', async () => {
    const slots = new HandlerSlots(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const all = [0, 1, 2, 3, 4].map((nth) =>
      slots.run(async () => {
        begun.push(nth);
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => ends.push(resolve));
        running--;
      }),
    );
    for (let nth = 0; nth < all.length; nth++) {
      await new Promise((resolve) => setImmediate(resolve));
      ends[nth]!();
    }
    await Promise.all(all);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
  });

  test('work that fails gives its slot back', async () => {
    const slots = new HandlerSlots(1);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(slots.run(() => Promise.resolve('yes'))).resolves.toBe('yes');
  });
});
