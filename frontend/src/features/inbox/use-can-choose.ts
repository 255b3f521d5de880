import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useWorkspaces } from '../../hooks/workspace';
import { keys } from '../../lib/keys';
import type { Conversation, PhoneNumber } from '../../lib/types';

export type CanChoose = (conversation: Conversation) => boolean;

/** Which conversations the agent may do something to; null: none of a number, or of all of them (null). */
export function useCanChoose(phoneNumberId: string | null): CanChoose | null {
  const numbers = useQueryClient().getQueryData<PhoneNumber[]>(keys.phoneNumbers());
  const workspaces = useWorkspaces().data;
  return useMemo(() => {
    const read = new Set(workspaces?.filter((one) => one.role === 'viewer').map((one) => one.id));
    const shown = numbers?.filter((one) => phoneNumberId === null || one.phone_number_id === phoneNumberId) ?? [];
    // Until it is known what somebody may do, they are shown what most may.
    const mayNothing = shown.length > 0 && shown.every((one) => read.has(one.workspace_id));
    return mayNothing ? null : ({ workspace_id: id }) => !read.has(id);
  }, [numbers, phoneNumberId, workspaces]);
}
