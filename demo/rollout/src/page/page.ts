import { renderRolloutPage } from '../../../../apps/scheduler/src/pages/rollout.page';
import { escaped, inNumbers } from '../../../../apps/scheduler/src/pages/svg';
import type { RolloutOptions } from '../options';
import type { RolloutOutcome } from '../rollout-run';
import type { ScenarioFiles } from '../scenario/scenario';
import { diarySection } from './diary.section';
import { seatTables } from './seat-tables';

const WARNING = {
  id: 'SINTETIS. Orang, ukuran instansi, lokasi, jadwal, kehadiran dan gangguan dibuat-buat; begitu pula anggota klaster 4 dan 5. Instansi, klaster 1–3, target dan jumlah yang diterbitkan berasal dari sumber. Gateway dan layanan asesmen tidak berjalan: sebuah generator menambahkan peristiwa mereka.',
  en: 'SYNTHETIC. People, agency sizes, sites, calendar, turn-out and incidents are made up, and so are the members of clusters 4 and 5. Agencies, clusters 1–3, targets and published totals are from sources. Gateway and assessment did not run: a generator appended their events.',
};
const STYLE =
  '<style>td.words, th.words { text-align: left; white-space: normal; } td.words { min-width: 220px; } code { overflow-wrap: anywhere; } td code { white-space: nowrap; }</style>';

/** The scheduler's own page with what belongs to the demonstration alone. */
export function renderOutcome(outcome: RolloutOutcome, options: RolloutOptions, files: ScenarioFiles): string {
  const { page, plan, people, diary } = outcome;
  const seats = seatTables(plan, people, files.siteIds);
  const more = [STYLE, diarySection(diary), generatorSection(outcome), digestSection(outcome, options)].join('\n');
  return renderRolloutPage({ ...page, seats, warning: WARNING, more });
}

function generatorSection({ attempts, people }: RolloutOutcome): string {
  return `<h2>Generator <span lang="en">The generator</span></h2>
<p><code>demo/rollout/src/generator</code>: ${inNumbers(people.length)} orang terdaftar, ${inNumbers(attempts)} ujian ditutup dengan 32 butir SAT12 (jawaban diambil dari model 2PL-nya), komitmen, akar pohon dan segel sesi. Jawaban satu per satu tidak ditambahkan ke log: tidak ada yang membacanya di sini.
<br><span lang="en">${inNumbers(people.length)} people registered, ${inNumbers(attempts)} attempts closed over the 32 items of SAT12 (answers drawn from its 2PL model), with commitments, roots and session seals. The single answers are not appended to the log, since nobody reads them here.</span></p>`;
}

function digestSection(outcome: RolloutOutcome, { people, seed, withIncident }: RolloutOptions): string {
  const { digest, schedulerDigest, replayedDigest, differences, replayedChanges, tables } = outcome;
  const verdict =
    differences.length === 0
      ? {
          id: 'Skema penjadwal dibuat ulang dari log: sama.',
          en: 'The scheduler’s schema was made anew from the log: equal.',
        }
      : {
          id: `Skema penjadwal dibuat ulang dari log: BERBEDA pada ${differences.join(', ')}.`,
          en: `The scheduler’s schema was made anew from the log: DIFFERENT in ${differences.join(', ')}.`,
        };
  const rows = tables.map(
    ({ table, rows: count, digest: own }) =>
      `<tr><td>${escaped(table)}</td><td>${inNumbers(count)}</td><td class="words"><code>${own.slice(0, 16)}…</code></td></tr>`,
  );
  return `<h2>Intisari semua tabel <span lang="en">Digest of all tables</span></h2>
<p>SHA-256 <code>${digest}</code><br>${verdict.id} <span lang="en">${verdict.en}</span><br>
<code>${schedulerDigest}</code> → <code>${replayedDigest}</code> (${inNumbers(replayedChanges)})</p>
<p><code>--people ${people} --seed ${seed}${withIncident ? '' : ' --no-incident'}</code></p>
<div class="wide"><table><tr><th>tabel</th><th>baris</th><th class="words">SHA-256</th></tr>${rows.join('\n')}</table></div>`;
}
