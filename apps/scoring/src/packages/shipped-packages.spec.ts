import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { PACKAGE_FILES } from '../../tools/package-files';
import { layoutOf } from '../scoring/domain/form-layout';
import { score } from '../scoring/domain/score';
import { closingOf } from '../scoring/domain/closing.fixture';
import { readPackage } from './package-file';

const textOf = (name: string) => readFileSync(PACKAGE_FILES.find(({ path }) => basename(path) === name)!.path, 'utf8');
const packageOf = (name: string) => readPackage(JSON.parse(textOf(name)));

describe('packages that come with the platform', () => {
  test.each(PACKAGE_FILES.map(({ path, render }) => [basename(path), path, render] as const))(
    '%s is what its script makes',
    (_, path, render) => {
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(render()));
    },
  );

  test.each(PACKAGE_FILES.map(({ path }) => basename(path)).filter((name) => !name.includes('form')))(
    '%s is a consistent package',
    (name) => {
      expect(packageOf(name).hash).toMatch(/^[0-9a-f]{64}$/);
    },
  );

  test('the SAT12 calibration says from whom it is and what its errors leave out', () => {
    const { calibration } = packageOf('sat12-2pl.v1.json');
    expect(calibration).toMatchObject({ D: 1, persons: 600, inSample: true });
    expect(calibration!.statement).toMatch(/In-sample/);
    expect(calibration!.statement).toMatch(/leave out the error of the parameters/);
    expect(calibration!.dataHash).toBe('6f58c882ab2e21fb9d66e81253be44ee07b2ffc49b4c872d3e7fb8a48c426b49');
  });

  test('the mended key cannot be used with the parameters of the printed one', () => {
    const printed = packageOf('sat12-2pl.v1.json');
    const mended = packageOf('sat12-2pl.v2.json');
    const { hash: _, ...content } = { ...mended, calibration: printed.calibration };
    expect(() => readPackage(content)).toThrow(expect.objectContaining({ code: 'package.invalid' }));
  });

  test('one sitting of the four instruments gives every part of a result, marked illustrative', () => {
    const scoringPackage = packageOf('four-instruments.v1.json');
    const form = JSON.parse(textOf('four-instruments.form.json')) as {
      sections: { sectionId: string; items: { itemId: string }[] }[];
    };
    const itemIds = form.sections.flatMap(({ items }) => items.map(({ itemId }) => itemId));
    const sections = form.sections.map(({ sectionId, items }) => ({
      sectionId,
      itemIds: items.map(({ itemId }) => itemId),
    }));
    const closed = closingOf(
      itemIds.map(() => 'A'),
      {
        itemIds,
        form: { ...scoringPackage.form, hash: 'b'.repeat(64), sections },
        jobLevel: 'pengawas',
        performance: 'above',
      },
    );
    expect(layoutOf(closed).sections).toHaveLength(4);
    const result = score(closed, scoringPackage);
    expect(result.illustrative).toBe(true);
    expect(result.scales).toHaveLength(9 + 1 + 1 + 8);
    expect(result.scales.every(({ theta }) => Number.isFinite(theta))).toBe(true);
    expect(result.jobPersonMatch).toMatchObject({ ruleId: 'capped-ratio', reasonCode: null });
    expect(result.nineBox!.box).toBe({ low: 4, middle: 7, high: 9 }[result.nineBox!.potential!]);
  });
});
