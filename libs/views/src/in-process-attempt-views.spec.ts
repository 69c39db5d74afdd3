import { describeAttemptViews, viewOf } from './attempt-views.contract';
import { InProcessAttemptViews } from './in-process-attempt-views';

const shared = new InProcessAttemptViews();
describeAttemptViews('this process', () => shared);

describe('the life of a view in this process', () => {
  const MINUTE_MS = 60_000;

  test.each([
    ['closed', 10 * MINUTE_MS],
    ['started', 24 * 60 * MINUTE_MS],
  ] as const)('a view that is %s ends after %d ms', async (status, lifetimeMs) => {
    let nowMs = 5;
    const views = new InProcessAttemptViews({ nowMs: () => nowMs });
    const view = viewOf({ status });
    await views.put([view]);
    nowMs += lifetimeMs - 1;
    expect(await views.get(view.attemptId)).toEqual(view);
    nowMs += 1;
    expect(await views.get(view.attemptId)).toBeNull();
  });

  test('the view written longest ago makes room for a new one', async () => {
    const views = new InProcessAttemptViews({ viewsMax: 2 });
    const [first, second, third] = [viewOf(), viewOf(), viewOf()];
    await views.put([first, second]);
    await views.put([{ ...first, version: 2 }]);
    await views.put([third]);
    expect(await views.get(second.attemptId)).toBeNull();
    expect((await views.get(first.attemptId))?.version).toBe(2);
    expect(await views.get(third.attemptId)).toEqual(third);
  });
});
