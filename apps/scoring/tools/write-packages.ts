import { writeFileSync } from 'node:fs';
import { PACKAGE_FILES } from './package-files';

for (const { path, render } of PACKAGE_FILES) writeFileSync(path, render());
