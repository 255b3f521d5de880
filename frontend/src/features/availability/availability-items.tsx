import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleMinus, Clock } from 'lucide-react';
import { MenuItem } from '../../components/menu';
import { useServices } from '../../hooks/services';
import { useMembers } from '../../hooks/workspace';
import { bodyOf } from '../../lib/api';
import { applyToMembers } from '../../lib/apply-told';
import { keys } from '../../lib/keys';
import { notify } from '../../lib/notices';
import type { Member } from '../../lib/types';
import { o } from '../../words/own-en';

const CHOICES = [
  ['available', <CircleCheck key="available" size={18} />],
  ['away', <Clock key="away" size={18} />],
  ['off', <CircleMinus key="off" size={18} />],
] as const;

/** Whether new conversations may come to the agent: three items of a menu, of which the present choice is marked. */
export function AvailabilityItems({ workspaceId }: { workspaceId: string }) {
  const { userId } = useServices();
  const present = useMembers(workspaceId).data?.find((member) => member.user_id === userId)?.availability;
  const choose = useChoose(workspaceId);
  return (
    <div role="group" aria-label={o.availability}>
      {CHOICES.map(([choice, icon]) => (
        <MenuItem key={choice} icon={icon} isChecked={choice === present} isOneOf onChoose={() => choose.mutate(choice)}>
          {o[choice]}
        </MenuItem>
      ))}
    </div>
  );
}

function useChoose(workspaceId: string) {
  const { api } = useServices();
  const client = useQueryClient();
  const params = { path: { workspace_id: workspaceId } };
  return useMutation({
    mutationFn: (chosen: Member['availability']) =>
      bodyOf(api.PUT('/api/live-chat/workspaces/{workspace_id}/availability', { params, body: { chosen, until: null } })),
    onSuccess: (member) =>
      client.setQueryData<Member[]>(keys.members(workspaceId), (known) =>
        applyToMembers(known, { type: 'presence.updated', message: null, conversation: null, data: { members: [member] } }),
      ),
    onError: (error) => notify(error.message, 'trouble'),
  });
}
