import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

/** Below the idle limits of usual network equipment. */
const KEEP_ALIVE_DELAY_MS = 60_000;
/** A request begins with its length (4 bytes) and its API key (2 bytes). */
const API_KEY_AT = 4;
const API_KEY_PRODUCE = 0;

/**
 * Sees whether records have left this process. kafkajs' errors do not tell: the error of a failed look-up of metadata
 * can replace that of a request whose records a broker already has. So the requests themselves are watched, on the
 * sockets: an attempt during which no Produce request was written has certainly appended nothing.
 */
export class ProduceWitness {
  private written = 0;

  /** Produce requests written so far, by all attempts together. */
  get requestsWritten(): number {
    return this.written;
  }

  readonly socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    const socket = ssl
      ? connectTls({ host, port, servername: host, ...ssl }, onConnect)
      : connectTcp(port, host, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    socket.setNoDelay(true);
    this.watch(socket);
    return socket;
  };

  private watch(socket: Socket): void {
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    socket.write = (...args: unknown[]): boolean => {
      const [bytes] = args;
      if (bytes instanceof Uint8Array && isProduceRequest(bytes)) this.written += 1;
      return write(...args);
    };
  }
}

function isProduceRequest(bytes: Uint8Array): boolean {
  if (bytes.length < API_KEY_AT + 2) return false;
  return new DataView(bytes.buffer, bytes.byteOffset).getInt16(API_KEY_AT) === API_KEY_PRODUCE;
}
