import { ROLES, type Role, StaffDirectory, isRole } from '@app/access';
import { InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command-context';
import { type CommandGroup, action } from '../command-group';

interface AddOptions {
  readonly roles: Role[];
  readonly sessions: string[] | 'all';
}

export const addStaffCommands: CommandGroup = (program, surroundings) => {
  const staff = program
    .command('staff')
    .description('accounts of staff and their tokens (in the database: PETABAKAT_DATABASE_URL)');
  staff
    .command('add')
    .description('make an account; its token is printed once and cannot be read again')
    .argument('<account>', 'name of the account: a-z, 0-9, dot, hyphen, underscore, colon')
    .requiredOption('--roles <roles>', `one or more of ${ROLES.join(',')}`, parseRoles)
    .option('--sessions <ids>', 'the sessions it may touch, separated by commas', parseSessions, 'all')
    .action(action(surroundings, add));
  staff
    .command('list')
    .description('accounts, with their roles and sessions')
    .option('--revoked', 'show revoked tokens too')
    .action(action(surroundings, list));
  staff
    .command('revoke')
    .description('make the token of an account stop working')
    .argument('<account>')
    .action(action(surroundings, revoke));
};

async function add(context: CommandContext, account: string, { roles, sessions }: AddOptions): Promise<void> {
  const token = await withDirectory(context, (directory) => directory.add({ account, roles, sessions }));
  context.console.note(`The token of ${account}; it is shown only now:`);
  context.console.show({ account, roles, sessions, token }, () => token);
}

async function list(context: CommandContext, { revoked = false }: { revoked?: boolean }): Promise<void> {
  const accounts = await withDirectory(context, (directory) => directory.list({ revoked }));
  const rows = accounts.map(({ account, roles, sessions, createdAt, revokedAt }) => [
    account,
    roles.join(', '),
    sessions === 'all' ? 'all' : sessions.join(', '),
    createdAt,
    revokedAt,
  ]);
  const headings = ['account', 'roles', 'sessions', 'since', 'revoked'];
  context.console.table(accounts, headings, rows, 'There is no account yet: petabakat staff add --help');
}

async function revoke(context: CommandContext, account: string): Promise<void> {
  await withDirectory(context, (directory) => directory.revoke(account));
  context.console.show({ account, revoked: true }, () => `The token of ${account} no longer works.`);
}

async function withDirectory<T>(context: CommandContext, work: (directory: StaffDirectory) => Promise<T>): Promise<T> {
  const directory = await StaffDirectory.open({ url: context.databaseUrl() });
  try {
    return await work(directory);
  } finally {
    await directory.close();
  }
}

function parseRoles(text: string): Role[] {
  return text.split(',').map((part) => {
    const role = part.trim();
    if (!isRole(role)) throw new InvalidArgumentError(`Roles are ${ROLES.join(', ')}.`);
    return role;
  });
}

function parseSessions(text: string): string[] | 'all' {
  return text === 'all' ? 'all' : text.split(',').map((part) => part.trim());
}
