import type { CommandContext } from '../command-context';
import { type CommandGroup, action } from '../command-group';
import { pathOf } from '../http/api-client';

interface Session {
  readonly sessionId: string;
  readonly cluster: number;
  readonly startsAt: string;
  readonly lastStartAt: string;
  readonly openedAt: string | null;
  readonly sealedAt: string | null;
  readonly cancelledAt: string | null;
  readonly sealedRoot: string | null;
}

interface IssuedPin {
  readonly participantNumber: string;
  readonly seat: string;
  readonly pin: string;
}

export const addSessionCommands: CommandGroup = (program, surroundings) => {
  const sessions = program.command('sessions').description('sessions at their day: PINs, opening, sealing');
  sessions
    .command('show')
    .description('where a session stands')
    .argument('<session>')
    .action(action(surroundings, show));
  sessions
    .command('pins')
    .description('issue a PIN for everybody with a seat; PINs issued before and not used are void')
    .argument('<session>')
    .option('--seat <seat>', 'one new PIN for this seat, also while the session runs')
    .action(action(surroundings, pins));
  sessions
    .command('open')
    .description('let attempts of a session start')
    .argument('<session>')
    .action(action(surroundings, (context, session: string) => change(context, session, 'open')));
  sessions
    .command('seal')
    .description('end a session whose attempts are all closed; their roots go under one')
    .argument('<session>')
    .action(action(surroundings, (context, session: string) => change(context, session, 'seal')));
};

async function show(context: CommandContext, sessionId: string): Promise<void> {
  showSession(context, await context.api().get<Session>(pathOf('v1', 'sessions', sessionId)));
}

async function change(context: CommandContext, sessionId: string, step: 'open' | 'seal'): Promise<void> {
  showSession(context, await context.api().post<Session>(pathOf('v1', 'sessions', sessionId, step)));
}

async function pins(context: CommandContext, sessionId: string, { seat }: { seat?: string }): Promise<void> {
  const path = seat
    ? pathOf('v1', 'sessions', sessionId, 'seats', seat, 'pin')
    : pathOf('v1', 'sessions', sessionId, 'pins');
  const issued = [await context.api().post<IssuedPin | IssuedPin[]>(path)].flat();
  const rows = issued.map((one) => [one.seat, one.participantNumber, one.pin]);
  context.console.note('Each PIN is shown only now.');
  context.console.table(issued, ['seat', 'participant', 'PIN'], rows, 'Nobody has a seat in this session.');
}

function showSession(context: CommandContext, session: Session): void {
  context.console.fields(session, {
    session: session.sessionId,
    cluster: session.cluster,
    'starts at': session.startsAt,
    'last start': session.lastStartAt,
    opened: session.openedAt,
    sealed: session.sealedAt,
    cancelled: session.cancelledAt,
    root: session.sealedRoot,
  });
}
