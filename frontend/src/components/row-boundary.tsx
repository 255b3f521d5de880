import { Component, type ReactNode } from 'react';
import { t } from '../words/en';

interface Props {
  /** What is drawn: another one, or a newer reading of it, is tried again. */
  of: unknown;
  /** What stands in its place. It must not depend on what could not be drawn. */
  fallback?: ReactNode;
  children: ReactNode;
}

interface State {
  hasFailed: boolean;
  of: unknown;
}

/** Around each row of a list: what one of them holds can take down that row alone, never the list or the page. */
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
