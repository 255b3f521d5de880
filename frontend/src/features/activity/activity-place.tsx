import { ArrowLeft, CircleCheck, RotateCw, TriangleAlert } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { Button } from '../../components/button';
import { FailureNotice } from '../../components/notice';
import { useActivity } from '../../hooks/activity';
import { fullTime } from '../../lib/format';
import { numberName } from '../../lib/names';
import type { PhoneNumber } from '../../lib/types';
import { t } from '../../messages/en';
import styles from './activity-place.module.css';
import { FailedWebhooks } from './failed-webhooks';
import { HourChart } from './hour-chart';
import { SendsForAttention } from './sends-for-attention';

interface Props {
  number: PhoneNumber;
  onBack: () => void;
}

const RANGES = [24, 24 * 7, 24 * 31];

/** For who owns a number: all that came and went is in one of these counts, and what needs a person is below. */
export default function ActivityPlace({ number, onBack }: Props) {
  const [hours, setHours] = useState(24);
  const activity = useActivity(number.phone_number_id, hours);
  const headingId = useId();
  return (
    <main className={styles.place} aria-labelledby={headingId}>
      <div className={styles.bar}>
        <Button kind="icon" className={styles.back} aria-label={t.thread.back} onClick={onBack}>
          <ArrowLeft size={20} />
        </Button>
        <div className={styles.title}>
          <h2 id={headingId} className={styles.heading}>
            {t.activity.heading}
          </h2>
          <p className={styles.number}>
            <bdi>{numberName(number)}</bdi>
          </p>
        </div>
        <label className={styles.range}>
          <span className="sr-only">{t.activity.range}</span>
          <select value={hours} onChange={(event) => setHours(Number(event.target.value))}>
            {RANGES.map((range) => (
              <option key={range} value={range}>
                {t.activity.ranges(range)}
              </option>
            ))}
          </select>
        </label>
        <Button
          kind="icon"
          aria-label={t.activity.refresh}
          title={t.activity.refresh}
          onClick={() => void activity.refetch()}
        >
          <RotateCw size={18} />
        </Button>
      </div>
      <div className={styles.body}>
        {activity.isPending && <p role="status">{t.loading}</p>}
        {activity.isError && !activity.data && (
          <FailureNotice error={activity.error} onRetry={() => void activity.refetch()} />
        )}
        {activity.data && (
          <>
            {activity.isRefetchError && (
              <p role="status" className={styles.stale}>
                {t.couldNotRefresh}
              </p>
            )}
            <Alarms alarms={activity.data.alarms} />
            <Health number={number} latency={activity.data.latency_ms} />
            <Section heading={t.activity.received}>
              <dl className={styles.counts}>
                <Count term={t.activity.webhookItems} value={activity.data.totals.received} />
                <Count term={t.activity.stored} value={activity.data.totals.stored} />
                <Count term={t.activity.duplicate} value={activity.data.totals.duplicate} />
                <Count term={t.activity.ignored} value={sum(activity.data.totals.ignored)} />
                <Count term={t.activity.failed} value={activity.data.totals.failed} isBad />
              </dl>
              <HourChart
                label={t.activity.receivedChart}
                hours={activity.data.hours}
                series={[
                  { name: t.activity.stored, kind: 'good', of: (hour) => hour.stored },
                  { name: t.activity.otherwise, kind: 'plain', of: (hour) => hour.duplicate + sum(hour.ignored) },
                  { name: t.activity.failed, kind: 'bad', of: (hour) => hour.failed },
                ]}
              />
              <Ignored reasons={activity.data.totals.ignored} />
            </Section>
            <Section heading={t.activity.sends}>
              <dl className={styles.counts}>
                <Count term={t.activity.accepted} value={activity.data.totals.sends.accepted} />
                <Count term={t.activity.sent} value={activity.data.totals.sends.sent} />
                <Count term={t.activity.delivered} value={activity.data.totals.sends.delivered} />
                <Count term={t.activity.read} value={activity.data.totals.sends.read} />
                <Count term={t.activity.queued} value={activity.data.totals.sends.queued} />
                <Count term={t.activity.unknown} value={activity.data.totals.sends.unknown} isBad />
                <Count term={t.activity.failed} value={activity.data.totals.sends.failed} isBad />
              </dl>
              <HourChart
                label={t.activity.sendsChart}
                hours={activity.data.hours}
                series={[
                  {
                    name: t.activity.arrived,
                    kind: 'good',
                    of: ({ sends }) => sends.delivered + sends.read,
                  },
                  { name: t.activity.underWay, kind: 'plain', of: ({ sends }) => sends.sent + sends.queued },
                  { name: t.activity.trouble, kind: 'bad', of: ({ sends }) => sends.failed + sends.unknown },
                ]}
              />
            </Section>
          </>
        )}
        <Section heading={t.activity.failedWebhooks}>
          <FailedWebhooks phoneNumberId={number.phone_number_id} />
        </Section>
        <Section heading={t.activity.attention}>
          <SendsForAttention phoneNumberId={number.phone_number_id} />
        </Section>
      </div>
    </main>
  );
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, one) => all + one, 0);

function Section({ heading, children }: { heading: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <h3 id={id} className={styles.subheading}>
        {heading}
      </h3>
      {children}
    </section>
  );
}

function Count({ term, value, isBad }: { term: string; value: number; isBad?: boolean }) {
  return (
    <div className={styles.count} data-bad={(isBad && value > 0) || undefined}>
      <dt>{term}</dt>
      <dd>{value.toLocaleString()}</dd>
    </div>
  );
}

function Alarms({ alarms }: { alarms: { code: string; detail: string; since: string }[] }) {
  if (alarms.length === 0)
    return (
      <p className={styles.calm}>
        <CircleCheck size={18} aria-hidden />
        {t.activity.calm}
      </p>
    );
  return (
    <ul className={styles.alarms} aria-label={t.activity.alarms}>
      {alarms.map((alarm) => (
        <li key={`${alarm.code}-${alarm.since}`} className={styles.alarm}>
          <TriangleAlert size={18} aria-hidden />
          <span>{alarm.detail}</span>
          <time dateTime={alarm.since}>{t.activity.since(fullTime(alarm.since))}</time>
        </li>
      ))}
    </ul>
  );
}

interface Latency {
  p50: number | null;
  p95: number | null;
  max: number | null;
}

function Health({ number, latency }: { number: PhoneNumber; latency: Latency }) {
  const time = (milliseconds: number | null) => (milliseconds === null ? t.activity.none : t.activity.ms(milliseconds));
  return (
    <Section heading={t.activity.health}>
      <dl className={styles.counts}>
        <Fact term={t.activity.status} value={number.status === 'paused' ? t.header.paused : t.activity.connected} />
        <Fact term={t.activity.quality} value={number.quality_rating ?? t.activity.none} />
        <Fact term={t.activity.limit} value={number.messaging_limit ?? t.activity.none} />
        <Fact term={t.activity.throughput} value={number.throughput ?? t.activity.none} />
        <Fact term={t.activity.p50} value={time(latency.p50)} />
        <Fact term={t.activity.p95} value={time(latency.p95)} />
        <Fact term={t.activity.max} value={time(latency.max)} />
      </dl>
      <p className={styles.hint}>{t.activity.latencyHint}</p>
    </Section>
  );
}

function Fact({ term, value }: { term: string; value: string }) {
  return (
    <div className={styles.count}>
      <dt>{term}</dt>
      <dd className={styles.word}>{value}</dd>
    </div>
  );
}

function Ignored({ reasons }: { reasons: Record<string, number> }) {
  const all = Object.entries(reasons).toSorted(([, a], [, b]) => b - a);
  if (all.length === 0) return null;
  return (
    <details className={styles.more}>
      <summary>{t.activity.ignoredWhy}</summary>
      <ul>
        {all.map(([reason, count]) => (
          <li key={reason}>
            <code>{reason}</code> {count.toLocaleString()}
          </li>
        ))}
      </ul>
    </details>
  );
}
