import { HitLedger } from './hit.ledger';

test('a hit outside the load does not count', () => {
  const ledger = new HitLedger();
  for (const atMs of [99, 100, 150, 201]) ledger.add({ atMs, detail: `at ${atMs}` });
  expect(ledger.between(100, 200).map(({ detail }) => detail)).toEqual(['at 100', 'at 150']);
});
