import { readFile } from 'node:fs/promises';

const ESTABLISHED = '01';
/** Columns of /proc/net/tcp. */
const [LOCAL, REMOTE, STATE] = [1, 2, 3];

/**
 * Connections from some addresses to some ports that are established, as the kernel has them, by the client's address.
 * Both ends of a connection stand in the table of one machine; the client's is the one with the port as its remote.
 */
export async function establishedConnections(
  ports: readonly number[],
  from: readonly string[],
): Promise<Map<string, number>> {
  return countConnections(await readFile('/proc/net/tcp', 'latin1'), ports, from);
}

export function countConnections(
  table: string,
  ports: readonly number[],
  from: readonly string[],
): Map<string, number> {
  const wanted = new Set(ports.map((port) => port.toString(16).toUpperCase().padStart(4, '0')));
  const counts = new Map<string, number>();
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/, STATE + 1);
    if (columns[STATE] !== ESTABLISHED || !wanted.has(columns[REMOTE]!.slice(-4))) continue;
    const address = addressOf(columns[LOCAL]!);
    if (!from.includes(address)) continue;
    counts.set(address, (counts.get(address) ?? 0) + 1);
  }
  return counts;
}

/** The kernel writes an address as one number in the order of the machine, which is the little-endian one. */
function addressOf(column: string): string {
  const bytes = column.slice(0, 8).match(/../g) ?? [];
  return bytes
    .map((byte) => Number.parseInt(byte, 16))
    .reverse()
    .join('.');
}
