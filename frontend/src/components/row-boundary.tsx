import { Component, type ReactNode } from 'react';
import { t } from '../words/en';

interface Props {
  /** What the row is drawn from. When it changes, drawing is tried again. */
  of: unknown;
  /** Stands in place of a row that could not be drawn. It must not depend on what the row holds. */
  fallback?: ReactNode;
  children: ReactNode;
}

interface State {
  hasFailed: boolean;
  of: unknown;
}

/** Stands around each row of a list: an exception in a row takes down that row, never the list or the page. */
export class RowBoundary extends Component<Props, State> {
  override state: State = { hasFailed: false, of: this.props.of };

  static getDerivedStateFromProps({ of }: Props, state: State): State | null {
    return of === state.of ? null : { hasFailed: false, of };
  }

  static getDerivedStateFromError(): Partial<State> {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return this.props.fallback === undefined ? <span role="note">{t.rowFailed}</span> : this.props.fallback;
  }
}
