import { Bookmark } from 'lucide-react';
import type { ReactNode } from 'react';
import { useViewPlace } from '../../hooks/view-place';
import type { PhoneNumber } from '../../lib/types';
import { i } from '../../words/inbox-en';
import { useNamed } from './use-known';
import { useViews } from './view-calls';
import { readView } from './view-model';

export interface ViewCommand {
  key: string;
  icon: ReactNode;
  text: string;
  choose: () => void;
}

/** The views that the agent is offered, as commands: each shows its list. */
export function useViewCommands(numbers: readonly PhoneNumber[]): ViewCommand[] {
  const workspaceIds = [...new Set(numbers.map((one) => one.workspace_id))];
  const views = useViews(workspaceIds).all;
  const named = useNamed(workspaceIds);
  const { show } = useViewPlace();
  return views.map((view) => ({
    key: view.id,
    icon: <Bookmark size={18} />,
    text: i.views.open(view.name),
    choose: () => {
      const { number, choice } = readView(view, { numbers, ...named });
      show(view.id, number, choice, true);
    },
  }));
}
