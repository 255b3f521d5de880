import { lazy, Suspense, useSyncExternalStore } from 'react';
import { loadPatiently } from '../../lib/lazy-part';
import { colleaguesAt, subscribeViewers } from '../../lib/viewers';

// Nobody misses it: where it does not come, nothing is said.
const ViewedSign = lazy(() => loadPatiently(() => import('./viewed-sign')));

/** A sign on a conversation that a colleague looks at now; mostly nothing. */
export function ViewedBy({ conversationId }: { conversationId: string }) {
  const colleagues = useSyncExternalStore(subscribeViewers, () => colleaguesAt(conversationId));
  return (
    colleagues.length > 0 && (
      <Suspense>
        <ViewedSign colleagues={colleagues} />
      </Suspense>
    )
  );
}
