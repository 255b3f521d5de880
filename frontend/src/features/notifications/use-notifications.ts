import { useCallback } from 'react';
import type { LiveEvent } from '../../lib/apply-event';
import { getSettings } from '../../lib/settings';

/** Tells of new messages as the agent has asked for: on the desktop, by a sound, or not at all. */
export function useNotifications(open: (conversationId: string, phoneNumberId: string) => void) {
  return useCallback(
    (event: LiveEvent) => {
      const { desktopNotifications, sound } = getSettings();
      if (!desktopNotifications && !sound) return;
      void import('./tell-news').then((news) => news.tell(event, open)).catch(() => undefined);
    },
    [open],
  );
}
