import { onLineBack } from './line';
import type { Outbox } from './outbox';

/** Signs that the server may be back: the network, the stream, an answer, or an agent who looks at the page again. */
export function followSigns(outbox: Pick<Outbox, 'wake' | 'reconnect'>): () => void {
  const stopLine = onLineBack(outbox.wake);
  const onLook = () => {
    if (document.visibilityState === 'visible') outbox.wake();
  };
  window.addEventListener('online', outbox.reconnect);
  window.addEventListener('focus', onLook);
  window.addEventListener('pageshow', onLook);
  document.addEventListener('resume', onLook);
  document.addEventListener('visibilitychange', onLook);
  return () => {
    stopLine();
    window.removeEventListener('online', outbox.reconnect);
    window.removeEventListener('focus', onLook);
    window.removeEventListener('pageshow', onLook);
    document.removeEventListener('resume', onLook);
    document.removeEventListener('visibilitychange', onLook);
  };
}
