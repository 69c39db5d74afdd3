import type { EntityManager } from 'typeorm';

/** Any number that no other advisory lock of the schema uses. */
const IMPORT_LOCK = 0x696d706f;

/** Imports of reference data take turns: each compares its file with what is recorded before it writes. */
export async function lockImports(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))', [IMPORT_LOCK]);
}
