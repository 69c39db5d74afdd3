import { join } from 'node:path';
import { renderCapacity } from './document-capacity';
import { renderErrors } from './document-errors';
import { renderEvents } from './document-events';
import { renderFaults } from './document-faults';
import { renderLimits } from './document-limits';
import { renderMutants } from './document-mutants';

const DOCS = join(__dirname, '..', 'docs');

/** Documents that are written from the code. */
export const DOCUMENTS: readonly { readonly path: string; readonly render: () => string }[] = [
  { path: join(DOCS, 'capacity.md'), render: renderCapacity },
  { path: join(DOCS, 'errors.md'), render: renderErrors },
  { path: join(DOCS, 'events.md'), render: renderEvents },
  { path: join(DOCS, 'faults.md'), render: renderFaults },
  { path: join(DOCS, 'limits.md'), render: renderLimits },
  { path: join(DOCS, 'planted-defects.md'), render: renderMutants },
];
