import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { StaffTokens } from '../client/platform.client';
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
export async function addStaff(environment: NodeJS.ProcessEnv): Promise<StaffTokens> {
  const tokens = await Promise.all(
    Object.entries(ACCOUNTS).map(async ([name, [account, roles]]) => [name, await add(account, roles, environment)]),
  );
  return Object.fromEntries(tokens) as StaffTokens;
}

async function add(account: string, roles: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run(process.execPath, [built('cli'), 'staff', 'add', account, '--roles', roles], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
  });
  return stdout.trim();
}
