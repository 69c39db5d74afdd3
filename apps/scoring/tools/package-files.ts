import { join } from 'node:path';
import { fourInstrumentsForm, fourInstrumentsPackage } from './four-instruments';
import { calibratedPackage, mendedKey, readSat12, sumPackage } from './sat12-packages';

const FOLDER = join(__dirname, '..', 'data');
const sat12 = readSat12();

/** The packages that come with the platform, and how each file is made. `write-packages.ts` writes them. */
export const PACKAGE_FILES: readonly { readonly path: string; readonly render: () => string }[] = [
  file('sat12-sum.v1.json', () => sumPackage(sat12, sat12.key, 1)),
  file('sat12-sum.v2.json', () => sumPackage(sat12, mendedKey(sat12), 2)),
  file('sat12-2pl.v1.json', () => calibratedPackage(sat12, sat12.key, 1)),
  file('sat12-2pl.v2.json', () => calibratedPackage(sat12, mendedKey(sat12), 2)),
  file('four-instruments.v1.json', fourInstrumentsPackage),
  file('four-instruments.form.json', fourInstrumentsForm),
];

function file(name: string, make: () => object) {
  return { path: join(FOLDER, name), render: () => `${JSON.stringify(make(), null, 2)}\n` };
}
