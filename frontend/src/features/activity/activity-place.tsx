import { ArrowLeft, CircleCheck, RotateCw, TriangleAlert } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { Button } from '../../components/button';
import { FailureNotice } from '../../components/notice';
import { fullTime, wholeNumber } from '../../lib/format';
import { numberName } from '../../lib/names';
import type { PhoneNumber } from '../../lib/types';
import { a } from '../../words/activity-en';
import { t } from '../../words/en';
import { u } from '../../words/user-en';
import styles from './activity-place.module.css';
import { useActivity, useFailedWebhooks, useSendsForAttention } from './endpoints';
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
            {u.menu.activity}
          </h2>
          <p className={styles.number}>
            <bdi>{numberName(number)}</bdi>
          </p>
        </div>
        <label className={styles.range}>
          <span className="sr-only">{a.range}</span>
          <select value={hours} onChange={(event) => setHours(Number(event.target.value))}>
            {RANGES.map((range) => (
              <option key={range} value={range}>
                {a.ranges(range)}
              </option>
            ))}
          </select>
        </label>
        <Button
          kind="icon"
          aria-label={a.refresh}
          title={a.refresh}
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
            <Alarms alarms={activity.data.alarms} phoneNumberId={number.phone_number_id} />
            <Health number={number} latency={activity.data.latency_ms} />
            <Section heading={a.received}>
              <dl className={styles.counts}>
                <Count term={a.webhookItems} value={activity.data.totals.received} />
                <Count term={a.stored} value={activity.data.totals.stored} />
                <Count term={a.duplicate} value={activity.data.totals.duplicate} />
                <Count term={a.ignored} value={sum(activity.data.totals.ignored)} />
                <Count term={a.failed} value={activity.data.totals.failed} isBad />
              </dl>
              <HourChart
                label={a.receivedChart}
                hours={activity.data.hours}
                series={[
                  { name: a.stored, kind: 'good', of: (hour) => hour.stored },
                  { name: a.otherwise, kind: 'plain', of: (hour) => hour.duplicate + sum(hour.ignored) },
                  { name: a.failed, kind: 'bad', of: (hour) => hour.failed },
                ]}
              />
              <Ignored reasons={activity.data.totals.ignored} />
            </Section>
            <Section heading={a.sends}>
              <dl className={styles.counts}>
                <Count term={a.accepted} value={activity.data.totals.sends.accepted} />
                <Count term={a.sent} value={activity.data.totals.sends.sent} />
                <Count term={a.delivered} value={activity.data.totals.sends.delivered} />
                <Count term={a.read} value={activity.data.totals.sends.read} />
                <Count term={a.queued} value={activity.data.totals.sends.queued} />
                <Count term={a.unknown} value={activity.data.totals.sends.unknown} isBad />
                <Count term={a.failed} value={activity.data.totals.sends.failed} isBad />
              </dl>
              <HourChart
                label={a.sendsChart}
                hours={activity.data.hours}
                series={[
                  {
                    name: a.arrived,
                    kind: 'good',
                    of: ({ sends }) => sends.delivered + sends.read,
                  },
                  { name: a.underWay, kind: 'plain', of: ({ sends }) => sends.sent + sends.queued },
                  { name: a.trouble, kind: 'bad', of: ({ sends }) => sends.failed + sends.unknown },
                ]}
              />
            </Section>
          </>
        )}
        <Section heading={a.failedWebhooks}>
          <FailedWebhooks phoneNumberId={number.phone_number_id} />
        </Section>
        <Section heading={a.attention}>
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
      <dd>{wholeNumber(value)}</dd>
    </div>
  );
}

interface AlarmsProps {
  alarms: { code: string; detail: string; since: string }[];
  phoneNumberId: string;
}

/** What wants a person: alarms, and whether there is something in the lists below. Calm is said when all are empty. */
function Alarms({ alarms, phoneNumberId }: AlarmsProps) {
  const webhooks = useFailedWebhooks(phoneNumberId).data?.pages.flatMap((page) => page.webhook_events);
  const sends = useSendsForAttention(phoneNumberId).data?.pages.flatMap((page) => page.messages);
  const open = sends?.filter((message) => message.resent_as === null);
  const hasFailures = (webhooks?.length ?? 0) > 0 || (open?.length ?? 0) > 0;
  if (alarms.length === 0 && hasFailures)
    return (
      <p className={styles.alarm}>
        <TriangleAlert size={18} aria-hidden />
        <span>{a.failuresBelow}</span>
      </p>
    );
  // Before both lists have answered nobody knows.
  if (alarms.length === 0)
    return (
      webhooks &&
      sends && (
        <p className={styles.calm}>
          <CircleCheck size={18} aria-hidden />
          {a.calm}
        </p>
      )
    );
  return (
    <ul className={styles.alarms} aria-label={a.alarms}>
      {alarms.map((alarm) => (
        <li key={`${alarm.code}-${alarm.since}`} className={styles.alarm}>
          <TriangleAlert size={18} aria-hidden />
          <span>{alarm.detail}</span>
          <time dateTime={alarm.since}>{a.since(fullTime(alarm.since))}</time>
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
  const time = (milliseconds: number | null) => (milliseconds === null ? a.none : a.ms(milliseconds));
  return (
    <Section heading={a.health}>
      <dl className={styles.counts}>
        <Fact term={a.status} value={number.status === 'paused' ? t.header.paused : a.connected} />
        <Fact term={a.quality} value={number.quality_rating ?? a.none} />
        <Fact term={a.limit} value={number.messaging_limit ?? a.none} />
        <Fact term={a.throughput} value={number.throughput ?? a.none} />
        <Fact term={a.p50} value={time(latency.p50)} />
        <Fact term={a.p95} value={time(latency.p95)} />
        <Fact term={a.max} value={time(latency.max)} />
      </dl>
      <p className={styles.hint}>{a.latencyHint}</p>
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
      <summary>{a.ignoredWhy}</summary>
      <ul>
        {all.map(([reason, count]) => (
          <li key={reason}>
            <code>{reason}</code> {wholeNumber(count)}
          </li>
        ))}
      </ul>
    </details>
  );
}
