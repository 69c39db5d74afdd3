import { escaped } from '../../../../apps/scheduler/src/pages/svg';
import type { DiaryEntry, DiaryKind } from '../play/diary';

type Sentence = (facts: DiaryEntry['facts']) => { readonly id: string; readonly en: string };

const SENTENCES: Readonly<Record<DiaryKind, Sentence>> = {
  opened: ({ people }) => ({
    id: `dibuka oleh dua orang untuk ${people} orang`,
    en: `opened by two people for ${people} people`,
  }),
  planned: ({ stage, people, placed }) => ({
    id: `kursi direncanakan untuk ${stage}: ${placed} dari ${people} orang`,
    en: `seats planned for ${stage}: ${placed} of ${people} people`,
  }),
  refused: ({ step }) => ({
    id: `langkah ${step} ditolak oleh layanan`,
    en: `step ${step} was refused by the service`,
  }),
  overridden: ({ step, gates }) => ({
    id: `${step} oleh dua orang meskipun gerbang belum pasti: ${gates}`,
    en: `${step} by two people over inconclusive gates: ${gates}`,
  }),
  held: ({ reason, by }) => ({ id: `ditahan (${reason}) oleh ${by}`, en: `held (${reason}) by ${by}` }),
  resumed: ({ by }) => ({ id: `dilanjutkan oleh ${by}`, en: `resumed by ${by}` }),
  'site-lost': ({ siteId, displaced, moved, unplaced, cancelled, from, to }) => ({
    id: `lokasi ${siteId} hilang: ${displaced} orang kehilangan sesi, ${moved} pindah kursi, ${unplaced} menunggu susulan; ${cancelled} sesi dibatalkan; rencana ${from} → ${to}`,
    en: `site ${siteId} was lost: ${displaced} people lost their session, ${moved} were moved, ${unplaced} wait for the make-up; ${cancelled} sessions cancelled; plan ${from} → ${to}`,
  }),
  closed: () => ({ id: 'ditutup oleh dua orang', en: 'closed by two people' }),
  'not-closed': () => ({ id: 'tidak dapat ditutup', en: 'could not be closed' }),
};

/** What happened, in order. */
export function diarySection(entries: readonly DiaryEntry[]): string {
  const rows = entries.map(({ date, cluster, kind, facts }) => {
    const { id, en } = SENTENCES[kind](facts);
    return `<tr><td>${date}</td><td>${cluster}</td><td class="words">${escaped(id)}<br><span lang="en">${escaped(en)}</span></td></tr>`;
  });
  return `<h2>Catatan kejadian <span lang="en">What happened</span></h2>
<div class="wide"><table><tr><th>hari</th><th>klaster</th><th class="words">kejadian</th></tr>${rows.join('\n')}</table></div>`;
}

/** The sentence of one entry in English, for the terminal. */
export function sentenceOf({ date, cluster, kind, facts }: DiaryEntry): string {
  return `${date}  cluster ${cluster}: ${SENTENCES[kind](facts).en}`;
}
