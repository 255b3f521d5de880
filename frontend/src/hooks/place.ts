import { useCallback } from 'react';
import { useLocation, useSearchParams } from 'wouter';

export const HOME = '/live-chat';

/** Where the agent is: the address says it all, so that reload, back and a shared link bring it back. */
export interface Place {
  conversationId: string | null;
  phoneNumberId: string | null;
  openConversation: (id: string | null) => void;
  chooseNumber: (phoneNumberId: string) => void;
}

export function usePlace(): Place {
  const [path, navigate] = useLocation();
  const [search] = useSearchParams();
  const match = /^\/live-chat\/([^/]+)$/.exec(path);
  const conversationId = match?.[1] ? decodeURIComponent(match[1]) : null;
  const query = search.toString();

  const openConversation = useCallback(
    (id: string | null) => {
      const place = id === null ? HOME : `${HOME}/${encodeURIComponent(id)}`;
      navigate(query === '' ? place : `${place}?${query}`);
    },
    [navigate, query],
  );
  const chooseNumber = useCallback(
    (phoneNumberId: string) => {
      const next = new URLSearchParams(query);
      next.set('number', phoneNumberId);
      navigate(`${HOME}?${next.toString()}`);
    },
    [navigate, query],
  );
  return { conversationId, phoneNumberId: search.get('number'), openConversation, chooseNumber };
}
