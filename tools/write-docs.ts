import { writeFileSync } from 'node:fs';
import { findLimits } from './document-limits';
import { DOCUMENTS } from './documents';

for (const { path, render } of DOCUMENTS) writeFileSync(path, render());

for (const { file, name, reason } of findLimits()) {
  if (reason !== null) continue;
  console.error(`${file}: ${name} has no reason beside it`);
  process.exitCode = 1;
}
