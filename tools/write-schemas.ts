import { changedSchemas, freezeNewSchemas } from './contract-schemas';

const changed = changedSchemas();
if (changed.length > 0) {
  console.error(`These schemas are frozen, and their source has changed:\n  ${changed.join('\n  ')}`);
  console.error('Raise the minor of an additive change, make a new major (.v2) of any other.');
  console.error('Delete the file and run this again only if no release has it.');
  process.exitCode = 1;
} else {
  const added = freezeNewSchemas();
  console.log(added.length > 0 ? `frozen: ${added.join(', ')}` : 'every schema is frozen already');
}
