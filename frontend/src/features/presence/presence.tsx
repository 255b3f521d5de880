import { useEffect, useRef } from 'react';
import { useServices } from '../../hooks/services';
import { useWorkspaces } from '../../hooks/workspace';
import { followViewers } from './follow-viewers';
import { type Presence as Started, startPresence } from './start-presence';

interface Props {
  conversationId: string | null;
  onSignedOut: () => void;
}

/**
 * Draws nothing: while it is mounted the agent's colleagues see that they are there and where they look, and the page
 * knows it of them.
 */
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
  const workspaces = useWorkspaces().data?.map((one) => one.id).join(' ') ?? '';
  useEffect(
    () => (workspaces === '' ? undefined : followViewers({ api, userId, workspaceIds: workspaces.split(' ') })),
    [api, userId, workspaces],
  );
  return null;
}
