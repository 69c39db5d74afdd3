import type { DifferenceSummary } from './difference-files';
import type { ItemDifference, Move, ScaleDifference } from './domain/difference-report';
import { codeName, escaped, horizontalBars, histogram, moveTable } from './plots';

/** A page stays readable, and a browser quick, with this many bars. */
const BARS_MAX = 25;

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; color: #1c2733; max-width: 980px; margin: 0 auto; padding: 24px; }
  h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 36px 0 4px; }
  h3 { font-size: 15px; margin: 20px 0 4px; }
  [lang=en] { color: #5b6b7b; font-weight: 400; } h1 [lang=en], h2 [lang=en] { font-size: 15px; display: block; }
  .warning { background: #fff3cd; border: 2px solid #b7791f; padding: 10px 14px; margin: 16px 0; }
  .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0; }
  .figures div { border: 1px solid #d5dde5; border-radius: 6px; padding: 10px 14px; }
  .figures b { display: block; font-size: 26px; font-variant-numeric: tabular-nums; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 8px 0; }
  td, th { border: 1px solid #d5dde5; padding: 3px 10px; text-align: right; } th { background: #f3f6f9; }
  td:first-child, th:first-child { text-align: left; }
  code { font-size: 12px; overflow-wrap: anywhere; } svg { display: block; width: 100%; max-width: 480px; }
  .wide { overflow-x: auto; } summary { cursor: pointer; }
  svg text { font: 11px system-ui, sans-serif; fill: #1c2733; }
  @media (max-width: 640px) { body { padding: 16px; } h1 { font-size: 22px; } }
`;

/** One page without scripts or anything from elsewhere: Indonesian first, English beside it. */
export function renderPage(summary: DifferenceSummary): string {
  const sections = [
    heading(summary),
    figures(summary),
    agencies(summary),
    scales(summary.scales),
    moves(summary.moves),
    items(summary.items),
    leftOut(summary),
  ];
  return `<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Laporan perbedaan penskoran ulang</title>
<style>${STYLE}</style>
</head>
<body>
${sections.join('\n')}
</body>
</html>
`;
}

function heading(summary: DifferenceSummary): string {
  const { packageId, version, hash } = summary.package;
  const earlier = summary.earlierPackages.map((one) => `${one.packageId} v${one.version} (${number(one.attempts)})`);
  const warning = summary.illustrative
    ? `<p class="warning"><b>Ilustratif.</b> Paket ini buatan untuk peragaan; tidak boleh menjadi dasar keputusan.
       <span lang="en"><b>Illustrative.</b> The package is made up for show; nothing may be decided on it.</span></p>`
    : '';
  return `<h1>Laporan perbedaan penskoran ulang <span lang="en">Difference report of a rescoring (dry run)</span></h1>
${warning}
<p>Paket baru <b>${escaped(packageId)} v${version}</b> menggantikan ${escaped(earlier.join(', ') || '-')}; cakupan:
${scopeText(summary)}. Belum ada hasil yang diterbitkan.
<span lang="en">The new package would replace the one named; scope: ${summary.scope.kind === 'all' ? 'everybody' : `${summary.scope.kind} ${escaped(summary.scope.id)}`}. Nothing has been published.</span></p>
<p>Hash paket <span lang="en">package hash</span> <code>${hash}</code><br>
Digest hasil <span lang="en">digest of results</span> <code>${summary.digest}</code></p>
${summary.statement ? `<p lang="en">${escaped(summary.statement)}</p>` : ''}`;
}

function scopeText({ scope }: DifferenceSummary): string {
  const names = { all: 'semua peserta', session: 'sesi', agency: 'instansi', cluster: 'klaster' };
  return `${names[scope.kind]}${scope.kind === 'all' ? '' : ` ${escaped(scope.id)}`}`;
}

function figures({ attempts, changed, withoutBefore, records }: DifferenceSummary): string {
  const figure = (value: number, id: string, en: string) =>
    `<div><b>${number(value)}</b>${id}<br><span lang="en">${en}</span></div>`;
  return `<div class="figures">
${figure(attempts, 'dinilai ulang', 'rescored')}
${figure(changed, 'berubah', 'changed')}
${figure(withoutBefore, 'tanpa hasil sebelumnya', 'without a result before')}
${figure(records, 'catatan log dibaca', 'log records read')}
</div>`;
}

function agencies({ agencies: all }: DifferenceSummary): string {
  const bars = all
    .toSorted((a, b) => b.changed - a.changed || (a.agency < b.agency ? -1 : 1))
    .slice(0, BARS_MAX)
    .map(({ agency, attempts, changed }) => ({
      label: agency,
      value: changed,
      of: attempts,
      note: `${number(changed)} / ${number(attempts)}`,
    }));
  return section('Peserta yang berubah per instansi', 'People changed by agency', horizontalBars(bars), all.length);
}

function scales(all: readonly ScaleDifference[]): string {
  const isUnchanged = ({ people, changed }: ScaleDifference) => people > 0 && changed === 0;
  const still = all.filter(isUnchanged).map(({ scaleId }) => escaped(scaleId));
  const unchanged =
    still.length > 0 ? `<p>Tidak berubah <span lang="en">unchanged</span>: ${still.join(', ')}</p>` : '';
  const moving = all.filter((scale) => !isUnchanged(scale));
  const plots = moving.map((scale) => {
    const { scaleId, unit, people, changed, mean, sd, smallest, largest } = scale;
    if (!scale.histogram) {
      return `<h3>${escaped(scaleId)}</h3><p>Tidak dapat dibandingkan: satuan berbeda sebelum dan sesudah.
        <span lang="en">Not comparable: the units before and after differ.</span></p>`;
    }
    const described = [mean, sd, smallest, largest].map((value) => decimal(value, unit));
    return `<h3>${escaped(scaleId)} (${unit === 'theta' ? 'theta' : 'skor / score'})</h3>
${histogram(scale.histogram, decimalsOf(scale.histogram.width, unit))}
<p>${number(changed)} dari / of ${number(people)} berubah / changed; rata-rata / mean ${described[0]}, SD ${described[1]},
terkecil / smallest ${described[2]}, terbesar / largest ${described[3]}</p>`;
  });
  return `<h2>Besarnya perubahan <span lang="en">How much scores change</span></h2>\n${plots.join('\n')}${unchanged}`;
}

function moves(all: readonly Move[]): string {
  const changes = [...new Set(all.map(({ what }) => what))].map((what) => {
    const own = all.filter((move) => move.what === what);
    const people = own.filter(({ from, to }) => from !== to).reduce((sum, move) => sum + move.people, 0);
    return `<h3>${escaped(nameOf(what))}: ${number(people)} berpindah <span lang="en">moved</span></h3>
${moveTable(own)}${movesByAgency(own)}`;
  });
  const none =
    '<p>Paket ini tidak menetapkan level atau kategori. <span lang="en">There are no levels or categories.</span></p>';
  const title = '<h2>Perpindahan level dan kategori <span lang="en">Moves of level and category</span></h2>';
  return `${title}\n${changes.length > 0 ? changes.join('\n') : none}`;
}

function movesByAgency(own: readonly Move[]): string {
  const moved = own.filter(({ from, to }) => from !== to).toSorted((a, b) => b.people - a.people);
  if (moved.length === 0) return '';
  const rows = moved.slice(0, BARS_MAX).map(({ agency, from, to, people }) => {
    return `<tr><td>${escaped(agency)}</td><td>${codeName(from)} → ${codeName(to)}</td><td>${number(people)}</td></tr>`;
  });
  const rest =
    moved.length > rows.length
      ? `<p>${rows.length} dari / of ${number(moved.length)}; semua ada di / all are in JSON.</p>`
      : '';
  return `<details><summary>Per instansi <span lang="en">by agency</span></summary>
<div class="wide"><table><tr><th>Instansi / agency</th><th>dari → ke / from → to</th><th>orang / people</th></tr>${rows.join('')}</table></div>${rest}</details>`;
}

function nameOf(what: string): string {
  const names: Record<string, string> = { category: 'Kategori / category', band: 'Potensi / potential' };
  return names[what] ?? what.replace(/^level:/, 'Level ');
}

/** Items that move people by their credit; others that merely have new parameters are named in one line. */
function items(all: readonly ItemDifference[]): string {
  const credited = all.filter(({ people, keyChanged }) => people > 0 || keyChanged);
  const others = all.filter((item) => !credited.includes(item)).map(({ itemId }) => escaped(itemId));
  const bars = credited.slice(0, BARS_MAX).map(({ itemId, people, keyChanged, parametersChanged }) => ({
    label: itemId,
    value: people,
    of: null,
    note: [
      `${number(people)} orang / people`,
      ...(keyChanged ? ['kunci / key'] : []),
      ...(parametersChanged ? ['parameter'] : []),
    ].join(', '),
  }));
  const rest =
    others.length > 0
      ? `<p>Hanya parameter yang berubah <span lang="en">only parameters changed</span>: ${others.join(', ')}</p>`
      : '';
  return section('Butir penyebab perubahan', 'Items responsible', `${horizontalBars(bars)}${rest}`, credited.length);
}

function leftOut({ unfit, unreadable }: DifferenceSummary): string {
  return `<h2>Tidak dinilai ulang <span lang="en">Not rescored</span></h2>
<p>${number(unfit.length)} tidak cocok dengan paket / do not fit the package, ${number(unreadable.length)} catatan tidak
terbaca / records unreadable.</p>`;
}

function section(id: string, en: string, body: string, count: number): string {
  const rest = count > BARS_MAX ? `<p>${BARS_MAX} dari / of ${number(count)}; semua ada di / all are in JSON.</p>` : '';
  return `<h2>${id} <span lang="en">${en}</span></h2>\n${body}${rest}`;
}

/** Of the numbers under a histogram: whole points have none. */
function decimalsOf(width: number, unit: 'theta' | 'score'): number {
  if (unit === 'theta') return 3;
  return width === 1 ? 0 : 1;
}

/** Thousands with a point, as Indonesian has it. */
function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '.');
}

function decimal(value: number | null, unit: 'theta' | 'score'): string {
  return value === null ? '-' : value.toFixed(unit === 'theta' ? 4 : 2).replace('.', ',');
}
