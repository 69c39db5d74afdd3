import { readdirSync } from 'node:fs';
import { SourceCopy } from './source-copy';
import { MUTANTS, patchOf } from './mutants';

const BUILD_TIMEOUT_MS = 60_000;

describe('the planted defects', () => {
  let tree: SourceCopy;

  beforeAll(async () => {
    tree = await SourceCopy.ofThisTree();
  }, BUILD_TIMEOUT_MS);

  afterAll(() => tree.remove());

  test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    '%s still applies to this tree',
    async (_, mutant) => {
      await expect(tree.check(patchOf(mutant))).resolves.toBeUndefined();
    },
  );

  test('a patch that does not apply is found', async () => {
    const another = await SourceCopy.ofThisTree();
    const [mutant] = MUTANTS;
    await another.patch(patchOf(mutant!));
    await expect(another.check(patchOf(mutant!))).rejects.toThrow('patch does not apply');
    another.remove();
  });

  test('every patch is in the list, and every mutant without a finder says why it survives', () => {
    const patches = readdirSync(__dirname).filter((name) => name.endsWith('.patch'));
    expect(patches.sort()).toEqual(MUTANTS.map(({ name }) => `${name}.patch`).sort());
    for (const { foundBy, survives } of MUTANTS) expect(foundBy.length === 0).toBe(survives !== undefined);
  });
});
