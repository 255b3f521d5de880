import { useCallback, useState } from 'react';
import { useMediaQuery } from '../../hooks/browser';
import { local } from '../../lib/storage';

const OPEN = 'livechat.details';
/** As `panes.module.css` has it: from here on the details have a column of their own. */
const ROOM = '(min-width: 1100px)';

export interface Details {
  areOpen: boolean;
  /** There is no column for them: they come over the page, when they are asked for. */
  isDrawer: boolean;
  toggle: () => void;
}

/**
 * Whether the details are shown. Where they stand beside the thread that is a choice, which is remembered; where they
 * would cover it, they are opened for one conversation at a time and for as long as they are looked at.
 */
export function useDetails(conversationId: string | null): Details {
  const isDrawer = !useMediaQuery(ROOM);
  const [isColumnOpen, setColumnOpen] = useState(() => local.get(OPEN) === '1');
  const [drawnFor, setDrawnFor] = useState<string | null>(null);
  // What was opened for one conversation does not come back with it.
  if (drawnFor !== null && drawnFor !== conversationId) setDrawnFor(null);
  const isDrawn = drawnFor !== null && drawnFor === conversationId;
  const toggle = useCallback(() => {
    if (isDrawer) return setDrawnFor(isDrawn ? null : conversationId);
    local.set(OPEN, isColumnOpen ? '0' : '1');
    setColumnOpen(!isColumnOpen);
  }, [conversationId, isColumnOpen, isDrawer, isDrawn]);
  return { areOpen: isDrawer ? isDrawn : isColumnOpen, isDrawer, toggle };
}
