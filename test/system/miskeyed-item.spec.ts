import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

/** Eight programs of the command line start, and the embedded system once; a busy machine takes minutes. */
jest.setTimeout(600_000);

test('a wrong key is found, mended, compared and released by two people, in one sitting on the real system', async () => {
  const program = ['-r', resolve('tools/register.cjs'), resolve('apps/scoring/tools/miskeyed/main.ts')];
  const { code, text } = await new Promise<{ code: number; text: string }>((done) => {
    execFile(process.execPath, program, (error, out, refused) => {
      done({ code: error ? 1 : 0, text: out + refused });
    });
  });
  expect(text).toContain('case-sum: the dry run lists exactly those who chose 3 or 5: 363 of 600');
  expect(text).toContain('case-2pl: the dry run lists exactly everybody: 600 of 600');
  expect(text).toMatch(/PASSED/);
  expect(code).toBe(0);
});
