import type { TickShape } from '../lib/status';
import { t } from '../words/en';
import styles from './tick.module.css';

const PATHS: Record<TickShape, React.ReactNode> = {
  clock: (
    <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <circle cx="10" cy="8" r="5.5" />
      <path d="M10 5v3.2l2 1.3" />
    </g>
  ),
  sent: <path d="M5 8.5l3.2 3.2L15 4.6" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" />,
  delivered: (
    <path
      d="M1.5 8.8l3 3 6.8-7.2M9 11.2l.7.7 7.3-7.4"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  read: (
    <>
      <rect x="0" y="0" width="20" height="16" rx="8" fill="currentColor" />
      <path
        d="M4 8.6l2.5 2.5L12 5.2M9.4 10.7l.6.4 6-5.9"
        fill="none"
        className={styles.mark}
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  failed: (
    <>
      <path d="M10 1.5l7.5 13h-15z" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" />
      <path d="M10 6v4M10 12.2v.1" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
  unknown: (
    <>
      <circle cx="10" cy="8" r="6.7" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path
        d="M8 6.4a2 2 0 1 1 2.8 1.9c-.5.3-.8.6-.8 1.2M10 11.9v.1"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
    </>
  ),
};

/** Shows how far a message has come by shape, by colour, and in words for screen readers. */
export function Tick({ shape }: { shape: TickShape }) {
  return (
    <span className={styles.tick} data-shape={shape} title={t.tick[shape]}>
      <svg viewBox="0 0 20 16" width="20" height="16" aria-hidden>
        {PATHS[shape]}
      </svg>
      <span className="sr-only">{t.tick[shape]}</span>
    </span>
  );
}
