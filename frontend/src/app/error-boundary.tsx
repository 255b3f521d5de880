import { Component, type ReactNode } from 'react';
import { Button } from '../components/button';
import { Notice } from '../components/notice';
import { t } from '../words/en';

/** A fault of ours takes the page down to a sentence and a way on, never to a blank screen. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    return (
      <main>
        <div role="alert">
          <Notice heading={t.failedToLoad} detail={this.state.error.message}>
            <Button kind="primary" onClick={() => location.reload()}>
              {t.retry}
            </Button>
          </Notice>
        </div>
      </main>
    );
  }
}
