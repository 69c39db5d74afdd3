import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { StaffTokens } from '../client/platform.client';
import type { DemoSystem } from './demo-system';
import { built } from './project';

const run = promisify(execFile);

/** The accounts of a small operation; what needs two people has two. */
const ACCOUNTS: Readonly<Record<keyof StaffTokens, readonly [account: string, roles: string]>> = {
  operations: ['demo-operations', 'operations'],
  analyst: ['demo-analyst', 'analyst'],
  supervisor: ['demo-supervisor', 'supervisor,participant-support'],
  firstOfficer: ['demo-officer-1', 'rollout-officer'],
  secondOfficer: ['demo-officer-2', 'rollout-officer'],
};

/** Makes the accounts with the command line, the one way to make the first ones. */
export async function addStaff({ cliCommand, cliEnvironment }: DemoSystem): Promise<StaffTokens> {
  const command = cliCommand ?? [process.execPath, built('cli')];
  const tokens = await Promise.all(
    Object.entries(ACCOUNTS).map(async ([name, [account, roles]]) => [
      name,
      await add(command, account, roles, cliEnvironment),
    ]),
  );
  return Object.fromEntries(tokens) as StaffTokens;
}

async function add(
  [program, ...words]: readonly string[],
  account: string,
  roles: string,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const { stdout } = await run(program!, [...words, 'staff', 'add', account, '--roles', roles], {
    env: { ...process.env, ...environment },
  });
  return stdout.trim();
}
