import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ACCOUNT = 'postgres';

/** Whom the server runs as; empty where it runs as the user of this process. */
export type ServerAccount = { readonly uid: number; readonly gid: number } | Record<string, never>;

/** PostgreSQL refuses to run as root, so root hands it to the account `postgres`, made here where it is missing. */
export async function serverAccount(): Promise<ServerAccount> {
  if (process.getuid?.() !== 0) return {};
  return (await findAccount()) ?? (await makeAccount());
}

async function findAccount(): Promise<ServerAccount | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', ACCOUNT]), run('id', ['-g', ACCOUNT])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null;
  }
}

async function makeAccount(): Promise<ServerAccount> {
  try {
    await run('groupadd', ['--system', ACCOUNT]);
    await run('useradd', ['--system', '--gid', ACCOUNT, '--no-create-home', ACCOUNT]);
  } catch (cause) {
    throw new Error(`PostgreSQL does not run as root, and the account ${ACCOUNT} could not be made.`, { cause });
  }
  const account = await findAccount();
  if (!account) throw new Error(`The account ${ACCOUNT} was made but cannot be found.`);
  return account;
}
