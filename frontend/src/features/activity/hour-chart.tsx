import { clockTime, dayAndHour, shortDay, wholeNumber } from '../../lib/format';
import type { ActivityHour } from '../../lib/types';
import { a } from '../../words/activity-en';
import { type Bar, barsOf } from './hour-bars';
import styles from './hour-chart.module.css';

export interface Series {
  name: string;
  kind: 'good' | 'plain' | 'bad';
  of: (hour: ActivityHour) => number;
}

interface Props {
  label: string;
  hours: ActivityHour[];
  series: Series[];
}

const HEIGHT = 96;
const WIDTH = 10;
const GAP = 2;

/** Stacked bars over time. What they show can be read as a table too, which is what screen readers get. */
export function HourChart({ label, hours, series }: Props) {
  const bars = barsOf(hours);
  const valueOf = (bar: Bar<ActivityHour>, one: Series) => bar.hours.reduce((all, hour) => all + one.of(hour), 0);
  const rows = bars.map((bar) => ({ bar, values: series.map((one) => valueOf(bar, one)) }));
  const most = Math.max(1, ...rows.map(({ values }) => values.reduce((all, value) => all + value, 0)));
  const name = ({ time, isDay }: Bar<ActivityHour>) => (isDay ? shortDay(time) : dayAndHour(time));
  const [first, last] = [bars[0], bars.at(-1)];
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>
        <span>{label}</span>
        <span className={styles.legend} aria-hidden>
          {series.map((one) => (
            <span key={one.name} className={styles.key} data-kind={one.kind}>
              {one.name}
            </span>
          ))}
        </span>
      </figcaption>
      <div className={styles.frame}>
        <span className={styles.most} aria-hidden>
          {wholeNumber(most)}
        </span>
        <svg
          className={styles.chart}
          viewBox={`0 0 ${bars.length * (WIDTH + GAP)} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden
        >
          {rows.map(({ bar, values }, index) => {
            let below = 0;
            return (
              <g key={bar.time}>
                <title>
                  {`${name(bar)}: ${series.map((one, at) => `${one.name} ${wholeNumber(values[at] ?? 0)}`).join(', ')}`}
                </title>
                <rect className={styles.ground} x={index * (WIDTH + GAP)} y={0} width={WIDTH} height={HEIGHT} />
                {values.map((value, at) => {
                  // What is there at all can be seen.
                  const height = value === 0 ? 0 : Math.max(2, (value / most) * (HEIGHT - 4));
                  below += height;
                  return (
                    <rect
                      key={series[at]?.name}
                      className={styles.bar}
                      data-kind={series[at]?.kind}
                      x={index * (WIDTH + GAP)}
                      y={HEIGHT - below}
                      width={WIDTH}
                      height={height}
                    />
                  );
                })}
              </g>
            );
          })}
        </svg>
        {first && last && (
          <div className={styles.times} aria-hidden>
            <span>{first.isDay ? shortDay(first.time) : clockTime(first.time)}</span>
            <span>{last.isDay ? shortDay(last.time) : clockTime(last.time)}</span>
          </div>
        )}
      </div>
      <details className={styles.table}>
        <summary>{a.asTable}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{a.time}</th>
              {series.map((one) => (
                <th key={one.name} scope="col">
                  {one.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.toReversed().map(({ bar, values }) => (
              <tr key={bar.time}>
                <th scope="row">{name(bar)}</th>
                {values.map((value, at) => (
                  <td key={series[at]?.name}>{wholeNumber(value)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
