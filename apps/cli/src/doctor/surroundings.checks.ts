import { statfs } from 'node:fs/promises';
import { connect } from 'node:tls';
import { type Finding, look, unwell, well } from './finding';

/** What the alarm DiskFilling allows. */
const FREE_SHARE_MIN = 0.2;
/** What the alarm CertificateExpiring allows. */
const CERTIFICATE_DAYS_MIN = 14;
/** The gateway's own checks give up after 2 s. */
const ANSWER_TIMEOUT_MS = 5_000;
const HTTPS_PORT = 443;
const DAY_MS = 86_400_000;
const GIBIBYTE = 2 ** 30;

export function diskFindings(folder: string): Promise<Finding[]> {
  return look('disk', `Name a folder that exists with --data-folder.`, async () => {
    const { bavail, blocks, bsize } = await statfs(folder);
    const free = bavail / blocks;
    const found = `${((bavail * bsize) / GIBIBYTE).toFixed(1)} GiB of ${folder} are free, ${Math.round(free * 100)} %`;
    if (free >= FREE_SHARE_MIN) return [well('disk', found)];
    return [unwell('disk', found, 'Make room before it is full; docs/operations.md, DiskFilling.')];
  });
}

export function gatewayFindings(url: string): Promise<Finding[]> {
  return look('gateway', `See that a gateway listens on ${url}, or name another with --url.`, async () => {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    if (response.ok) return [well('gateway', `${url} is ready`)];
    const { problems = [] } = (await response.json()) as { problems?: { at: string; message: string }[] };
    const found = problems.map(({ at, message }) => `${at} ${message}`).join(', ') || `status ${response.status}`;
    return [unwell('gateway', `is not ready: ${found}`, 'Mend what it names; it comes back by itself.')];
  });
}

/** Nothing to say about an address without a certificate. */
export async function certificateFindings(url: string): Promise<Finding[]> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'https:') return [];
  return look('certificate', `See that ${url} answers with a certificate that browsers trust.`, async () => {
    const endsAt = await endOfCertificate(hostname, Number(port || HTTPS_PORT));
    const days = Math.floor((endsAt.getTime() - Date.now()) / DAY_MS);
    const found = `ends in ${days} days, on ${endsAt.toISOString().slice(0, 10)}`;
    if (days >= CERTIFICATE_DAYS_MIN) return [well('certificate', found)];
    return [unwell('certificate', found, 'Renew it now; docs/operations.md, CertificateExpiring.')];
  });
}

function endOfCertificate(host: string, port: number): Promise<Date> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: host, timeout: ANSWER_TIMEOUT_MS }, () => {
      const { valid_to: endsAt } = socket.getPeerCertificate();
      socket.end();
      resolve(new Date(endsAt));
    });
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error('no answer')));
  });
}
