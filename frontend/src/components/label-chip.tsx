import { X } from 'lucide-react';
import { labelPaint } from '../lib/label-colour';
import styles from './label-chip.module.css';

export interface ShownLabel {
  id: string;
  name: string;
  colour: string;
}

interface Props {
  label: ShownLabel;
  /** The name of the button that takes it off; without one there is none. */
  removeName?: string | undefined;
  onRemove?: (() => void) | undefined;
}

/** A label by its colour and its name. */
export function LabelChip({ label, removeName, onRemove }: Props) {
  return (
    <span className={styles.chip}>
      <LabelDot colour={label.colour} />
      <bdi className={styles.name}>{label.name}</bdi>
      {onRemove && (
        <button type="button" className={styles.remove} aria-label={removeName} title={removeName} onClick={onRemove}>
          <X size={14} aria-hidden />
        </button>
      )}
    </span>
  );
}

export function LabelDot({ colour }: { colour: string }) {
  return <span className={styles.dot} style={{ backgroundColor: labelPaint(colour) }} aria-hidden />;
}
