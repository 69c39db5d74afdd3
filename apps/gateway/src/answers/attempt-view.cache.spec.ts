import { VirtualRuntime } from '@app/messaging';
import { type AttemptView, InProcessAttemptViews, ViewsUnavailable } from '@app/views';
import { AttemptViewCache } from './attempt-view.cache';

const view: AttemptView = {
  attemptId: 'a',
  epoch: 1,
  status: 'started',
  deadlineMs: null,
  itemIds: ['item-1'],
  version: 1,
};

/** A store that counts its reads and can be taken away. */
class WatchedViews extends InProcessAttemptViews {
  reads = 0;
  isAway = false;

  override get(attemptId: string): Promise<AttemptView | null> {
    this.reads++;
    return this.isAway ? Promise.reject(new ViewsUnavailable('away')) : super.get(attemptId);
  }
}

describe('the cache of attempt views', () => {
  test('within a second the store is asked once, however many answers come', async () => {
    const views = new WatchedViews();
    const runtime = new VirtualRuntime();
    const cache = new AttemptViewCache(views, runtime);
    await views.put([view]);
    const seen = await Promise.all([cache.get('a'), cache.get('a')]);
    await runtime.advance(999);
    seen.push(await cache.get('a'));
    expect(seen).toEqual([view, view, view]);
    expect(views.reads).toBe(1);
  });

  test('after a second a change is seen', async () => {
    const views = new WatchedViews();
    const runtime = new VirtualRuntime();
    const cache = new AttemptViewCache(views, runtime);
    await views.put([view]);
    await cache.get('a');
    await views.put([{ ...view, version: 2, status: 'closed' }]);
    await runtime.advance(1_000);
    expect((await cache.get('a'))?.status).toBe('closed');
  });

  test('a read past the cache sees a change at once, and so does the cache from then on', async () => {
    const views = new WatchedViews();
    const cache = new AttemptViewCache(views, new VirtualRuntime());
    await views.put([view]);
    await cache.get('a');
    await views.put([{ ...view, version: 2 }]);
    expect((await cache.read('a'))?.version).toBe(2);
    expect((await cache.get('a'))?.version).toBe(2);
    expect(views.reads).toBe(2);
  });

  test('a store that is away gives no views and is left alone for a second', async () => {
    const views = new WatchedViews();
    const runtime = new VirtualRuntime();
    const cache = new AttemptViewCache(views, runtime);
    views.isAway = true;
    expect(await cache.get('a')).toBeNull();
    expect(await cache.get('b')).toBeNull();
    expect(views.reads).toBe(1);
    views.isAway = false;
    await views.put([view]);
    await runtime.advance(1_000);
    expect(await cache.get('a')).toEqual(view);
  });

  test('the number of views held has a bound', async () => {
    const views = new WatchedViews();
    const cache = new AttemptViewCache(views, new VirtualRuntime(), 2);
    for (const attemptId of ['a', 'b', 'c', 'c', 'b']) await cache.get(attemptId);
    expect(views.reads).toBe(3);
    await cache.get('a');
    expect(views.reads).toBe(4);
  });
});
