import { useCallback, useMemo, useState } from 'react';
import { useSettled } from '../../hooks/browser';
import { useListChoice } from '../../hooks/place';
import { useServices } from '../../hooks/services';
import { everything, FIRST_CHOICE, type ListChoice, type ListFilter } from '../../lib/list-filter';

const SEARCH_MS = 250;

/** What narrows the list: as it stands in the field, and as the server is asked once typing pauses. */
export interface InboxFilter {
  text: string;
  setText: (text: string) => void;
  choice: ListChoice;
  choose: (change: Partial<ListChoice>) => void;
  /** Nothing is narrowed any more, but for the tab. */
  reset: () => void;
  asked: ListFilter;
}

/** The list of a number, or of all of them (null), as the address asks for it. */
export function useInboxFilter(phoneNumberId: string | null): InboxFilter {
  const { userId } = useServices();
  const [text, setText] = useState('');
  // Each number's list begins with all of it.
  const [of, setOf] = useState(phoneNumberId);
  if (of !== phoneNumberId) {
    setOf(phoneNumberId);
    setText('');
  }
  const [choice, choose] = useListChoice();
  const settled = useSettled(text.trim(), SEARCH_MS);
  // What was emptied is not waited for.
  const search = text.trim() === '' ? '' : settled;
  // Who looks for somebody finds them wherever they are.
  const asked = useMemo<ListFilter>(
    () => (search === '' ? { me: userId, phoneNumberId, ...choice, ...sameFor(phoneNumberId, choice) } : { ...everything(userId, phoneNumberId, search), unread: choice.unread }),
    [choice, phoneNumberId, search, userId],
  );
  const reset = useCallback(() => {
    setText('');
    choose({ ...FIRST_CHOICE, scope: choice.scope, sort: choice.sort });
  }, [choice.scope, choice.sort, choose]);
  return { text, setText, choice, choose, reset, asked };
}

/** A list is the same by whatever view it was opened, and one number is of one workspace. */
const sameFor = (phoneNumberId: string | null, { workspaceId }: ListChoice): object => ({
  workspaceId: phoneNumberId === null ? workspaceId : null,
  view: null,
});
