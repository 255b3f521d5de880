import { useEffect, useRef } from 'react';
import { useServices } from '../../hooks/services';
import { type Presence as Started, startPresence } from './start-presence';

interface Props {
  conversationId: string | null;
  onSignedOut: () => void;
}

/** Draws nothing: while it is mounted the agent's colleagues see that they are there, and where they look. */
export default function Presence({ conversationId, onSignedOut }: Props) {
  const { api, userId } = useServices();
  const started = useRef<Started>(null);
  useEffect(() => {
    const presence = startPresence({ api, userId, onSignedOut });
    started.current = presence;
    return () => presence.stop();
  }, [api, userId, onSignedOut]);
  // The one above may just have begun anew.
  // oxlint-disable-next-line react/exhaustive-effect-dependencies
  useEffect(() => started.current?.view(conversationId), [api, userId, onSignedOut, conversationId]);
  return null;
}
