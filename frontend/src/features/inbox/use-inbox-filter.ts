import { useMemo, useState } from 'react';
import { useSettled } from '../../hooks/browser';
import type { ListFilter } from '../../lib/keys';

const SEARCH_MS = 250;

/** What narrows the list: as it stands in the field, and as the server is asked once typing pauses. */
export interface InboxFilter {
  text: string;
  setText: (text: string) => void;
  setUnread: (unread: boolean) => void;
  asked: ListFilter;
}

export function useInboxFilter(phoneNumberId: string): InboxFilter {
  const [text, setText] = useState('');
  const [unread, setUnread] = useState(false);
  const search = useSettled(text.trim(), SEARCH_MS);
  const asked = useMemo(() => ({ phoneNumberId, unread, search }), [phoneNumberId, unread, search]);
  return { text, setText, setUnread, asked };
}
