import { execFileSync, spawnSync } from 'node:child_process';
import { requirePart } from '@app/testing';
import { NOT_PROVOKED, PROVOCATIONS } from './alarms/provocations';
import { MONITORING, dashboardQueries, documentedMetrics, ownMetricsIn, panels, textOf } from './monitoring-files';

const rules = textOf('deploy', 'observability', 'alerts.yml');
const tests = textOf('deploy', 'observability', 'alerts.test.yml');
const alarms = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name!);

const describeWithPromtool = requirePart('promtool', () =>
  spawnSync('promtool', ['--version']).error
    ? { found: false, reason: "there is no promtool (Debian's package prometheus)" }
    : { found: true },
);

const promtool = (...words: string[]) => execFileSync('promtool', words, { cwd: MONITORING, encoding: 'utf8' });

describeWithPromtool('the files for Prometheus', () => {
  test('the scrape file and the rules are well formed', () => {
    expect(promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
  });

  test('alarms fire when they have to, and only then', () => {
    expect(promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  });
});

describe('alarms', () => {
  test.each(alarms)('%s is shown firing by a test of its own', (alarm) => {
    expect(tests).toMatch(new RegExp(`alertname: ${alarm}\\n +exp_alerts:\\n +- exp_labels`));
  });

  test.each(alarms)('%s leads to a page that says what to do', (alarm) => {
    const [, anchor] = new RegExp(`- alert: ${alarm}\\n[^]*?runbook: docs/operations.md#([a-z]+)`).exec(rules) ?? [];
    const anchors = textOf('docs', 'operations.md').match(/^#+ .*$/gm) ?? [];
    expect(anchors.map((heading) => heading.replace(/^#+ /, '').toLowerCase())).toContain(anchor);
  });
});

describe('the list of provoked alarms in docs/operations.md', () => {
  const rows = [...textOf('docs', 'operations.md').matchAll(/^\| `(\w+)` \| (.*?) +\| (.*?) +\| (.*?) +\|$/gm)].map(
    ([, alarm, cause, step, seen]) => ({ alarm: alarm!, cause, step, seen: seen! }),
  );

  test('has every alarm once', () => {
    expect(rows.map(({ alarm }) => alarm).sort()).toEqual([...alarms].sort());
  });

  test('says of each what the provocation does, and what ended it', () => {
    const provoked = PROVOCATIONS.flatMap(({ alarms: raised, cause, step }) =>
      raised.map((alarm) => ({ alarm, cause, step })),
    );
    const shown = rows.filter(({ alarm }) => !(alarm in NOT_PROVOKED));
    expect(shown.map(({ alarm, cause, step }) => ({ alarm, cause, step }))).toEqual(expect.arrayContaining(provoked));
    expect(shown).toHaveLength(provoked.length);
    for (const { seen } of shown) expect(seen).toMatch(/^\d+ s, \d+ s$/);
  });

  test('says of the others why they were not', () => {
    const others = rows.filter(({ alarm }) => alarm in NOT_PROVOKED);
    expect(Object.fromEntries(others.map(({ alarm, cause }) => [alarm, cause]))).toEqual(NOT_PROVOKED);
  });
});

describe('the dashboard', () => {
  test('every panel but the headings asks something', () => {
    const silent = panels().filter(({ type, targets = [] }) => type !== 'row' && targets.length === 0);
    expect(silent.map(({ title }) => title)).toEqual([]);
    expect(dashboardQueries().length).toBeGreaterThan(20);
  });

  test('rests, as the alarms do, on documented metrics alone', () => {
    const used = new Set([rules, ...dashboardQueries().map(({ expr }) => expr)].flatMap(ownMetricsIn));
    const documented = documentedMetrics();
    expect([...used].filter((name) => !documented.has(name))).toEqual([]);
  });
});
