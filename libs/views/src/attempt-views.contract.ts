import { randomUUID } from 'node:crypto';
import type { AttemptView, AttemptViews } from './attempt-views';

export function viewOf(change: Partial<AttemptView> = {}): AttemptView {
  return {
    attemptId: randomUUID(),
    epoch: 1,
    status: 'started',
    deadlineMs: 1_767_225_600_000,
    itemIds: ['item-1', 'item-2'],
    version: 1,
    ...change,
  };
}

/** What every store of views does, whatever it stands on. */
export function describeAttemptViews(name: string, views: () => AttemptViews): void {
  describe(`attempt views in ${name}`, () => {
    test('a view comes back as it was put', async () => {
      const started = viewOf();
      const fresh = viewOf({ status: 'logged-in', deadlineMs: null });
      await views().put([started, fresh]);
      expect(await views().get(started.attemptId)).toEqual(started);
      expect(await views().get(fresh.attemptId)).toEqual(fresh);
    });

    test('an attempt that was never put has no view', async () => {
      expect(await views().get(randomUUID())).toBeNull();
    });

    test('a newer version replaces an older one', async () => {
      const older = viewOf({ version: 9 });
      const newer = { ...older, version: 10, status: 'closed' as const };
      await views().put([older]);
      await views().put([newer]);
      expect(await views().get(older.attemptId)).toEqual(newer);
    });

    test('an older version never replaces a newer one', async () => {
      const older = viewOf({ version: 9 });
      const newer = { ...older, version: 10, status: 'closed' as const };
      await views().put([newer]);
      await views().put([older]);
      expect(await views().get(older.attemptId)).toEqual(newer);
    });

    test('of many versions put at once in any order the newest stays', async () => {
      const first = viewOf();
      const versions = Array.from({ length: 50 }, (_, index) => ({ ...first, version: ((index * 37) % 50) + 1 }));
      await Promise.all(versions.map((view) => views().put([view])));
      expect((await views().get(first.attemptId))?.version).toBe(50);
    });

    test('more views than one round trip carries are all put', async () => {
      const many = Array.from({ length: 450 }, () => viewOf());
      await views().put(many);
      const found = await Promise.all(many.map((view) => views().get(view.attemptId)));
      expect(found).toEqual(many);
    });

    test('a store at work answers a ping', async () => {
      await expect(views().ping()).resolves.toBeUndefined();
    });
  });
}
