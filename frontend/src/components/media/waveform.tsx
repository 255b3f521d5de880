import styles from './voice-player.module.css';

const BARS = 40;

/** A note's loudness as bars; bars of one height where it is unknown. Those already played have another colour. */
export function Waveform({ bars, progress }: { bars: number[] | null; progress: number }) {
  const heights = resample(bars ?? [], BARS);
  return (
    <svg className={styles.bars} viewBox={`0 0 ${BARS * 3} 24`} preserveAspectRatio="none" aria-hidden>
      {heights.map((height, index) => (
        <rect
          // Bars have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          x={index * 3}
          y={12 - height / 2}
          width={2}
          height={height}
          rx={1}
          data-played={index / BARS < progress || undefined}
        />
      ))}
    </svg>
  );
}

/** The caller gets `count` heights of 3 to 24, made from loudness of 0 to 100. */
function resample(bars: number[], count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * bars.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * bars.length) / count));
    const part = bars.slice(from, to);
    const loudness = part.length > 0 ? Math.max(...part) : 0;
    return 3 + (Math.min(Math.max(loudness, 0), 100) / 100) * 21;
  });
}
